#!/usr/bin/env node
/** Makes the machine ready: packages, libtorch, compiler, addon. Needs nothing but Node 20 and npm. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddon } from './setup/addon.mjs';
import { findLibtorch } from './setup/libtorch.mjs';
import { SetupError } from './setup/report.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

try {
  const libtorch = findLibtorch(process.env, join(root, 'build/libtorch'));
  await buildAddon({ root, libtorch });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`setup: ${error.message}\n`);
  process.exitCode = 1;
}
