import type { TrafficOptions } from './roles.ts';

/**
 * One traffic program: `node main.js '{"role":"udp_receive",…}'`. It writes lines of JSON to standard output and ends when
 * its standard input is closed. The role's code is loaded by itself, so that TCP needs no native library.
 */
// A Ctrl-C at the terminal reaches this program too; whoever started it still wants its result.
process.on('SIGINT', () => undefined);

const options = JSON.parse(process.argv[2] ?? 'null') as TrafficOptions;

switch (options.role) {
  case 'udp_send':
    (await import('./udp-send.ts')).udpSend(options);
    break;
  case 'udp_receive':
    (await import('./udp-receive.ts')).udpReceive(options);
    break;
  case 'tcp_send':
    (await import('./tcp-send.ts')).tcpSend(options);
    break;
  case 'tcp_receive':
    (await import('./tcp-receive.ts')).tcpReceive(options);
    break;
  case 'request':
    (await import('./request-client.ts')).requestClient(options);
    break;
  case 'answer':
    (await import('./request-server.ts')).requestServer(options);
    break;
}
