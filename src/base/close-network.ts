/** Disables the network in this process: reading files never needs it, whatever they contain. */
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** All of Node's connections, from `fetch` to sockets, go through one of these. */
export function closeNetwork(): void {
  const refuse = (): never => {
    throw new Error('file readers must not use the network');
  };
  Object.assign(net.Socket.prototype, { connect: refuse });
  Object.assign(net.Server.prototype, { listen: refuse });
  Object.assign(dgram.Socket.prototype, { bind: refuse, connect: refuse, send: refuse });
  for (const resolver of [dns, dns.promises]) {
    const names = Object.keys(resolver).filter((name) => /^(lookup|resolve|reverse)/.test(name));
    Object.assign(resolver, Object.fromEntries(names.map((name) => [name, refuse])));
  }
  syncBuiltinESMExports();
}
