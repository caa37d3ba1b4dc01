import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { SystemCommandRunner } from '@patronus/linux';
import { testAuthority } from './certificates.ts';

/** Names and addresses as a DNS server of a test knows them. */
export type Zone = Readonly<Record<string, string>>;

/** A DNS server for A records, over UDP and TCP, and a TLS server on port 443 of every address. */
const server = `
const { createSocket } = require('node:dgram');
const net = require('node:net');
const zone = JSON.parse(process.argv[1]);
const answer = (query) => {
  let at = 12, labels = [];
  while (query[at] > 0) { labels.push(query.toString('latin1', at + 1, at + 1 + query[at])); at += query[at] + 1; }
  const end = at + 5, address = zone[labels.join('.')];
  const isA = query.readUInt16BE(end - 4) === 1 && address !== undefined;
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(0x8580, 2); head.writeUInt16BE(isA ? 1 : 0, 6); head.writeUInt16BE(0, 10);
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...(address ?? '').split('.').map(Number)];
  return isA ? Buffer.concat([head, Buffer.from(record)]) : head;
};
const udp = createSocket('udp4', (query, from) => udp.send(answer(query), from.port, from.address)).bind(53, process.argv[2]);
net.createServer((socket) => socket.on('error', () => {}).on('data', (data) => {
  const reply = answer(data.subarray(2)), length = Buffer.alloc(2);
  length.writeUInt16BE(reply.length); socket.write(length); socket.write(reply);
})).listen(53, process.argv[2]);
require('node:tls').createServer(JSON.parse(process.argv[3]), (socket) => socket.on('error', () => {})).listen(443, '0.0.0.0');
udp.on('listening', () => console.log('ready'));
`;

/** Looks names up and sends one datagram to each address at once. */
const lookUp = `
const { Resolver } = require('node:dns').promises;
const { createSocket } = require('node:dgram');
const [names, dns] = [JSON.parse(process.argv[1]), process.argv[2]];
const resolver = new Resolver({ timeout: 5000, tries: 3 });
resolver.setServers([dns]);
const socket = createSocket('udp4');
(async () => {
  for (const name of names) {
    const [address] = await resolver.resolve4(name);
    await new Promise((done) => socket.send('hello', 7000, address, done));
  }
  socket.close();
})();
`;

/** Asks over TCP. */
const lookUpByTcp = `
const net = require('node:net');
const [name, dns] = process.argv.slice(1);
const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
const query = Buffer.concat([Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...labels, Buffer.from([0, 0, 1, 0, 1])]);
const socket = net.connect(53, dns, () => socket.write(Buffer.concat([Buffer.from([0, query.length]), query])));
let length = 0;
socket.on('data', (data) => { if ((length += data.length) > query.length + 16) socket.destroy(); });
`;

/** Shakes hands by TLS, then stays for a while. */
const greet = `
const { connect } = require('node:tls');
const [address, name] = process.argv.slice(1);
const socket = connect({ host: address, port: 443, servername: name, rejectUnauthorized: false });
socket.on('secureConnect', () => console.log('connected')).on('error', (error) => { console.error(error); process.exit(1); });
setTimeout(() => process.exit(), 20000);
`;

/** Sends datagrams from one port, in base64. */
const datagrams = `
const { createSocket } = require('node:dgram');
const socket = createSocket('udp4');
const [address, port, ...all] = process.argv.slice(1);
(async () => {
  for (const each of all) {
    await new Promise((done) => socket.send(Buffer.from(each, 'base64'), Number(port), address, done));
    await new Promise((done) => setTimeout(done, 50));
  }
  socket.close();
})();
`;

const runner = new SystemCommandRunner();
const inside = (namespace: string, script: string, args: readonly string[]): string[] => [
  'netns',
  'exec',
  namespace,
  process.execPath,
  '-e',
  script,
  ...args,
];
const run = (namespace: string, script: string, args: readonly string[]): Promise<string> =>
  runner.run({ tool: 'ip', args: inside(namespace, script, args), timeoutMs: 60_000 });

async function start(namespace: string, script: string, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn('ip', inside(namespace, script, args), { stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  if (!ready) throw new Error(`a program in ${namespace} ended before it was ready`);
  return child;
}

/** What hosts of a test say to each other about names. */
export const nameHosts = {
  /** Serves until killed. */
  serve: async (namespace: string, address: string, zone: Zone): Promise<ChildProcess> => {
    const identity = await (await testAuthority()).issue();
    return start(namespace, server, [JSON.stringify(zone), address, JSON.stringify(identity)]);
  },
  lookUp: (namespace: string, dns: string, names: readonly string[]): Promise<string> =>
    run(namespace, lookUp, [JSON.stringify(names), dns]),
  lookUpByTcp: (namespace: string, dns: string, name: string): Promise<string> =>
    run(namespace, lookUpByTcp, [name, dns]),
  /** A connection that stays for twenty seconds or until killed. */
  greet: (namespace: string, address: string, name: string): Promise<ChildProcess> =>
    start(namespace, greet, [address, name]),
  send: (namespace: string, address: string, port: number, payloads: readonly Uint8Array[]): Promise<string> =>
    run(namespace, datagrams, [address, String(port), ...payloads.map((each) => Buffer.from(each).toString('base64'))]),
};
