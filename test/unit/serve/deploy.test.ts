// The files of deploy/ start a server: with what they say, none is refused before it listens.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { command } from '../../../src/cli/commands/serve.ts';
import { settingsSchema } from '../../../src/serve/index.ts';
import { fakeServer } from './fake-models.ts';

const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');
const read = (...path: string[]) => readFileSync(join(deploy, ...path), 'utf8');

describe('deploy/', () => {
  it("has a chart whose usual values are settings of a server that others may ask, or that asks for a secret's keys", async () => {
    const { config } = parse(read('helm', 'attune', 'values.yaml')) as { config: Record<string, unknown> };
    const template = read('helm', 'attune', 'templates', 'config.yaml');
    const [, withKeys, without] = /if \.Values\.keysSecret \}\}([^]*)\{\{- else \}\}([^]*)\{\{- end \}\}/.exec(
      template,
    )!;
    expect(settingsSchema.parse({ ...config, ...(parse(withKeys) as object) }).api_keys).toBe(
      '/etc/attune-keys/keys.yaml',
    );
    const server = await fakeServer({ ...config, ...(parse(without) as object), models: ['text'] });
    await server.close();
  });

  it('has a container that begins with flags that are there, and without a key on all of its own addresses', () => {
    const [name, , ...flags] = JSON.parse(/^CMD (.*)$/m.exec(read('Dockerfile'))![1]) as string[];
    const known = command.options!.map((option) => option.name);
    expect(name).toBe('serve');
    expect(flags.filter((flag) => flag.startsWith('--') && !known.includes(flag))).toEqual([]);
    expect(flags.includes('--open') || flags.includes('--api-keys')).toBe(true);
  });
});
