'use strict';

const assert = require('node:assert');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { documents, notStarted, program, serverArguments } = require('../server');

const known = (more) => ({
  setting: '',
  extension: '/ext',
  workspace: '/home/me/project',
  home: '/home/a',
  platform: 'linux',
  exists: () => false,
  ...more,
});

test('the setting comes before the bundled program, and that before the PATH', () => {
  const bundled = { exists: (file) => file === '/ext/bin/zscope' };
  assert.deepStrictEqual(program(known({})), { command: 'zscope', from: 'PATH' });
  assert.deepStrictEqual(program(known(bundled)), { command: '/ext/bin/zscope', from: 'extension' });
  assert.deepStrictEqual(program(known({ ...bundled, setting: '/opt/zscope' })), { command: '/opt/zscope', from: 'setting' });
  assert.deepStrictEqual(program(known({ setting: undefined })).from, 'PATH');
});

test('a setting is filled in', () => {
  for (const [setting, command] of [
    ['  zscope  ', 'zscope'],
    ['~/bin/zscope', '/home/a/bin/zscope'],
    ['${workspaceFolder}/bin/zscope', '/home/me/project/bin/zscope'],
    ['./target/release/zscope', '/home/me/project/target/release/zscope'],
    ['~zscope', '~zscope'],
  ]) {
    assert.strictEqual(program(known({ setting })).command, command);
  }
  const windows = known({ platform: 'win32', extension: 'C:\\ext', exists: (file) => file === 'C:\\ext\\bin\\zscope.exe' });
  assert.strictEqual(program(windows).command, 'C:\\ext\\bin\\zscope.exe');
  assert.strictEqual(program({ ...windows, setting: 'bin\\zscope.exe', workspace: 'D:\\w' }).command, 'D:\\w\\bin\\zscope.exe');
  assert.strictEqual(program(known({ setting: './zscope', workspace: undefined })).command, './zscope');
});

test('arguments are texts', () => {
  assert.deepStrictEqual(serverArguments(undefined), ['lsp']);
  assert.deepStrictEqual(serverArguments(['--policy', 'zscope.yaml', 7, null]), ['lsp', '--policy', 'zscope.yaml']);
  assert.deepStrictEqual(serverArguments('--policy'), ['lsp']);
});

test('what failed is told with what to do', () => {
  assert.match(notStarted({ command: '/x', from: 'setting' }, 'ENOENT'), /`\/x`.*ENOENT.*correct the setting/);
  assert.match(notStarted({ command: 'zscope', from: 'PATH' }, 'ENOENT'), /install zscope/);
});

test('the manifest declares what the code reads', () => {
  const manifest = JSON.parse(readFileSync(path.join(__dirname, '..', 'package.json'), 'utf8'));
  const code = readFileSync(path.join(__dirname, '..', 'extension.js'), 'utf8');
  for (const name of [...code.matchAll(/settings\.get\('(\w+)'\)/g)].map((found) => `zscope.${found[1]}`)) {
    assert.ok(manifest.contributes.configuration.properties[name], name);
    // A folder that nobody trusts must not choose which program runs.
    assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(name), name);
  }
  for (const { command } of manifest.contributes.commands) {
    assert.ok(code.includes(`'${command}'`), command);
  }
  assert.deepStrictEqual(documents.map(({ scheme }) => scheme), ['file', 'untitled']);
});
