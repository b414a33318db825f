import { AttuneError } from '../../base/errors.ts';
import type { useCase } from '../use-cases/serve.ts';
import type { InputOf } from '../use-cases/use-case.ts';
import type { ServeOptions } from './serve.ts';

type Asked = InputOf<typeof useCase>;

/** Server settings from the command's options. @throws AttuneError E_USAGE */
export function serveOptions({ models, settings, ...asked }: Asked): ServeOptions {
  const { alias: aliases, adapter: adapters, tlsCert, tlsKey, ...named } = asked;
  const given = { ...named, models, aliases, adapters, tls: tlsOf(tlsCert, tlsKey) };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(known.map(([name, value]) => [settingName(name), value])) };
}

/** Converts `maxQueue` to `max_queue`. */
function settingName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function tlsOf(cert: string | undefined, key: string | undefined): ServeOptions['tls'] {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw new AttuneError('E_USAGE', { what: '--tls-cert and --tls-key must be given together', fix: 'give both' });
}
