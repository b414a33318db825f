// The files in deploy/ start a server: none of their settings is rejected before it listens.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { useCase } from '../../../src/app/use-cases/serve.ts';
import { commandOf } from '../../../src/cli/command-of.ts';
import type { UseCase } from '../../../src/app/use-cases/use-case.ts';
import { settingsSchema, type ServeSettingsInput } from '../../../src/serving/index.ts';
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

/** Objects of the chart by kind. */
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

  /** The pod's volume and variables that concern state. */
  const stateOf = (values: object) => {
    const { Deployment: deployment, PersistentVolumeClaim: claim } = objectsOf(values);
    const { template, strategy } = deployment.spec as {
      template: { spec: { containers: { env: { name: string }[]; envFrom?: object }[]; volumes: { name: string }[] } };
      strategy?: object;
    };
    const [{ env, envFrom }] = template.spec.containers;
    return { state: template.spec.volumes.find(({ name }) => name === 'state'), env, envFrom, strategy, claim };
  };

  it('keeps its state in a claim, one pod at a time', () => {
    const persistence = { ...usual.persistence, enabled: true, storageClass: 'fast' };
    const kept = { ...usual, persistence, config: { ...usual.config, registry: true, training: {}, keep: 'text' } };
    const { state, strategy, claim } = stateOf(kept);
    expect(state).toEqual({ name: 'state', persistentVolumeClaim: { claimName: 'tickets-state' } });
    expect(strategy).toEqual({ type: 'Recreate' });
    expect(claim.spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '20Gi' } },
    });
    const own = stateOf({ ...kept, persistence: { ...persistence, existingClaim: 'ours' } });
    expect([own.state, own.claim]).toEqual([
      { name: 'state', persistentVolumeClaim: { claimName: 'ours' } },
      undefined,
    ]);
    for (const several of [{ replicas: 2 }, { autoscaling: { ...usual.autoscaling, enabled: true } }])
      expect(() => objectsOf({ ...kept, ...several })).toThrow('cannot share one claim');
  });

  it('shares a database and a bucket among several pods', () => {
    const store = { secret: 'database', objects: 's3://models/a' };
    const env = [{ name: 'AWS_REGION', value: 'eu-central-1' }];
    const envFrom = [{ secretRef: { name: 'aws' } }];
    const config = { ...usual.config, registry: true };
    const found = stateOf({ ...usual, config, store, env, envFrom, replicas: 3 });
    expect(found).toMatchObject({ state: { emptyDir: {} }, envFrom });
    expect(found.env).toEqual([
      { name: 'ATTUNE_HOME', value: '/var/lib/attune' },
      { name: 'ATTUNE_STORE', valueFrom: { secretKeyRef: { name: 'database', key: 'url' } } },
      { name: 'ATTUNE_OBJECTS', value: 's3://models/a' },
      ...env,
    ]);
    expect(() => objectsOf({ ...usual, store: { ...store, objects: '' } })).toThrow('name a bucket');
  });

  it.each([{ registry: true }, { training: { jobs: 1 } }, { keep: 'text' }])(
    'refuses to lose %j with its pod',
    (more) => {
      expect(() => objectsOf({ ...usual, config: { ...usual.config, ...more } })).toThrow('persistence.enabled');
    },
  );
});

describe('the container', () => {
  it('begins with flags that are there, and without a key on all of its own addresses', async () => {
    const dockerfile = readFileSync(join(deploy, 'Dockerfile'), 'utf8');
    const [name, , ...flags] = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)![1]) as string[];
    const known = (await commandOf(useCase as UseCase)).options.map((option) => option.name);
    expect(name).toBe('serve');
    expect(flags.filter((flag) => flag.startsWith('--') && !known.includes(flag))).toEqual([]);
    expect(flags.includes('--open') || flags.includes('--api-keys')).toBe(true);
  });
});
