import { controlServer } from './control-server.ts';

/** The program behind the control socket of a lab; "lab down" ends it with the others. */
const [dataDir, socket] = process.argv.slice(2);

controlServer(dataDir!).listen(socket!, () => process.stdout.write('ready\n'));
