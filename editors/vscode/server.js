'use strict';

// Which program is started, and how: everything that can be known without an editor.

const path = require('node:path');

/** The name of the program on a platform. */
function programName(platform) {
  return platform === 'win32' ? 'zscope.exe' : 'zscope';
}

/**
 * The program to start: the one that the setting names, else the one that comes with the extension, else the one on the
 * PATH. `~` and `${workspaceFolder}` are filled in; a path with separators that is not absolute begins at the workspace.
 *
 * @param {{ setting: string | undefined, extension: string, workspace: string | undefined, home: string | undefined,
 *   platform: string, exists: (path: string) => boolean }} known
 * @returns {{ command: string, from: 'setting' | 'extension' | 'PATH' }}
 */
function program({ setting, extension, workspace, home, platform, exists }) {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  let named = (setting ?? '').trim();
  if (named !== '') {
    if (workspace !== undefined) {
      named = named.replaceAll('${workspaceFolder}', workspace);
    }
    if (home !== undefined && /^~[\\/]/.test(named)) {
      named = paths.join(home, named.slice(2));
    }
    if (/[\\/]/.test(named) && !paths.isAbsolute(named) && workspace !== undefined) {
      named = paths.join(workspace, named);
    }
    return { command: named, from: 'setting' };
  }
  const bundled = paths.join(extension, 'bin', programName(platform));
  if (exists(bundled)) {
    return { command: bundled, from: 'extension' };
  }
  return { command: programName(platform), from: 'PATH' };
}

/**
 * The arguments of the server: what is no text is left out.
 *
 * @param {unknown} setting
 */
function serverArguments(setting) {
  const more = Array.isArray(setting) ? setting.filter((argument) => typeof argument === 'string') : [];
  return ['lsp', ...more];
}

/** What a person is told when the program could not be started. */
function notStarted({ command, from }, reason) {
  const help =
    from === 'setting'
      ? 'correct the setting `zscope.path`'
      : 'install zscope, or name it in the setting `zscope.path`';
  return `zscope: \`${command}\` could not be started (${reason}): ${help}`;
}

/** The documents that the server gets: files of any language, and what is not saved yet. */
const documents = [{ scheme: 'file' }, { scheme: 'untitled' }];

module.exports = { documents, notStarted, program, programName, serverArguments };
