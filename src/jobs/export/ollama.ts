import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { ExportForm } from './export-form.ts';
import { form as gguf } from './gguf.ts';

/** The GGUF export, imported into the local Ollama, which copies it. OLLAMA_HOST applies as usual. */
export const form: ExportForm = {
  ...gguf,
  check(opened, dtype) {
    gguf.check(opened, dtype);
    if (isThere('ollama')) return;
    throw new AttuneError('E_OLLAMA_MISSING', {
      what: 'Ollama is not installed, so the model cannot be created',
      got: 'no program ollama in PATH',
      fix: 'install Ollama, or export its files only: --to gguf',
    });
  },
  async finish(folder, emit) {
    const parent = basename(folder) === 'ollama' ? dirname(folder) : folder;
    const name = basename(parent)
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]/g, '-');
    emit({ type: 'phase-started', phase: 'export', message: `creating ${name} with ollama` });
    const { code, words } = await create(name, folder);
    if (code === 0) return [`ollama run ${name}`];
    throw new AttuneError('E_OLLAMA_FAILED', {
      what: `Ollama could not create ${name}; its files are in ${folder}`,
      got: words.trim().split('\n').at(-1) || `exit code ${code}`,
      fix: `start Ollama (ollama serve), then: ollama create ${name} -f ${join(folder, 'Modelfile')}`,
    });
  },
};

function isThere(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

function create(name: string, folder: string): Promise<{ code: number; words: string }> {
  return new Promise((done) => {
    const child = spawn('ollama', ['create', name, '-f', 'Modelfile'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr.on('data', (data: Buffer) => (words = (words + String(data)).slice(-2000)));
    child.on('error', (error) => done({ code: 1, words: error.message }));
    child.on('close', (code) => done({ code: code ?? 1, words }));
  });
}
