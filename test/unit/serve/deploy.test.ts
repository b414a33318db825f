// The files of deploy/ start a server: with what they say, none is refused before it listens.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { command } from '../../../src/cli/commands/serve.ts';
import { settingsSchema, type ServeSettingsInput } from '../../../src/serve/index.ts';
import { rendered } from './chart.ts';
import { fakeServer } from './fake-models.ts';

const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');
const chart = join(deploy, 'helm', 'attune');
const usual = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Record<string, object>;

const full = {
  ...usual,
  keysSecret: 'keys',
  modelsClaim: 'models',
  ingress: { ...usual.ingress, enabled: true, className: 'nginx', host: 'a.example', tlsSecret: 'tls' },
  serviceMonitor: { enabled: true, keySecret: 'admin' },
  autoscaling: { ...usual.autoscaling, enabled: true },
};

/** The chart's objects by their kinds. */
function objectsOf(values: object): Record<string, Record<string, unknown>> {
  const folder = join(chart, 'templates');
  const objects = readdirSync(folder).flatMap((name) => {
    const text = rendered(readFileSync(join(folder, name), 'utf8'), { Values: values, Release: { Name: 'tickets' } });
    return text.trim() === '' ? [] : [parse(text) as Record<string, unknown>];
  });
  return Object.fromEntries(objects.map((object) => [object.kind as string, object]));
}

function settingsOf({ ConfigMap: map }: ReturnType<typeof objectsOf>): ServeSettingsInput {
  return parse((map.data as Record<string, string>)['serve.yaml']) as ServeSettingsInput;
}

describe('the chart', () => {
  it('starts a server without keys, which has to be told that anybody may ask', async () => {
    const objects = objectsOf(usual);
    expect(Object.keys(objects).toSorted()).toEqual(['ConfigMap', 'Deployment', 'Service']);
    const settings = settingsOf(objects);
    expect(settings).toEqual({ models: ['attune-base'], host: '0.0.0.0', port: 8000, open: true });
    const server = await fakeServer({ ...settings, models: ['text'] });
    await server.close();
  });

  it('mounts what it names, and lets Prometheus in, where everything is asked for', () => {
    const objects = objectsOf(full);
    expect(Object.keys(objects)).toHaveLength(6);
    expect(settingsSchema.parse(settingsOf(objects)).api_keys).toBe('/etc/attune-keys/keys.yaml');
    const { containers, volumes } = (
      objects.Deployment.spec as {
        template: { spec: { containers: { volumeMounts: { name: string }[] }[]; volumes: { name: string }[] } };
      }
    ).template.spec;
    const names = (all: { name: string }[]) => all.map(({ name }) => name).toSorted();
    expect(names(containers[0].volumeMounts)).toEqual(names(volumes));
    expect(names(volumes)).toEqual(['config', 'keys', 'models', 'state', 'tmp']);
    expect(objects.Deployment.spec).not.toHaveProperty('replicas');
    expect(JSON.stringify(objects.ServiceMonitor)).toContain('"credentials":{"name":"admin","key":"key"}');
  });
});

describe('the container', () => {
  it('begins with flags that are there, and without a key on all of its own addresses', () => {
    const dockerfile = readFileSync(join(deploy, 'Dockerfile'), 'utf8');
    const [name, , ...flags] = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)![1]) as string[];
    const known = command.options!.map((option) => option.name);
    expect(name).toBe('serve');
    expect(flags.filter((flag) => flag.startsWith('--') && !known.includes(flag))).toEqual([]);
    expect(flags.includes('--open') || flags.includes('--api-keys')).toBe(true);
  });
});
