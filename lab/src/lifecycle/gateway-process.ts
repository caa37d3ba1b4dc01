import { createConnection, createServer } from 'node:net';

/**
 * The program that stands for the controller inside the lab: accepts TCP connections on an address and port of the core
 * and carries their octets to the controller's Unix socket. It knows nothing of what they say.
 */
const [address, port, socket] = process.argv.slice(2);

createServer({ allowHalfOpen: true }, (client) => {
  const controller = createConnection({ path: socket!, allowHalfOpen: true });
  client.pipe(controller).pipe(client);
  client.on('error', () => controller.destroy());
  controller.on('error', () => client.destroy());
  client.on('close', () => controller.destroy());
  controller.on('close', () => client.destroy());
  client.setKeepAlive(true, 5000);
}).listen(Number(port), address, () => process.stdout.write('ready\n'));
