'use strict';

const fs = require('node:fs');
const os = require('node:os');
const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');
const { documents, notStarted, program, serverArguments } = require('./server');

/** @type {LanguageClient | undefined} */
let client;

async function start(context) {
  const settings = vscode.workspace.getConfiguration('zscope');
  const found = program({
    setting: settings.get('path'),
    extension: context.extensionPath,
    workspace: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    home: os.homedir(),
    platform: process.platform,
    exists: fs.existsSync,
  });
  const server = { command: found.command, args: serverArguments(settings.get('arguments')) };
  client = new LanguageClient('zscope', 'zscope', server, { documentSelector: documents });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(notStarted(found, reason));
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function activate(context) {
  const restart = async () => {
    await stop();
    await start(context);
  };
  context.subscriptions.push(
    vscode.commands.registerCommand('zscope.restart', restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('zscope')) {
        void restart();
      }
    }),
  );
  await start(context);
}

module.exports = { activate, deactivate: stop };
