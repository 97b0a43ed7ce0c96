#!/usr/bin/env node
// Starts the program of this platform's package. Nothing is fetched, and nothing runs when the package is installed.
'use strict';
const { spawnSync } = require('node:child_process');

const platform = `zscope-cli-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${platform}/bin/zscope`);
} catch {
  console.error(`zscope: the package ${platform} is missing: install zscope-cli with its optional dependencies, or use another way to install zscope`);
  process.exit(2);
}
const { error, signal, status } = spawnSync(program, process.argv.slice(2), { stdio: 'inherit' });
if (error) {
  console.error(`zscope: ${program} cannot be started: ${error.message}`);
  process.exit(2);
}
if (signal) process.kill(process.pid, signal);
process.exit(status ?? 2);
