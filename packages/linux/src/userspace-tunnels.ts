import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';

/** Where `wireguard-go` and `wg` meet; shared by all network namespaces that share this mount namespace. */
export const defaultSocketDirectory = '/var/run/wireguard';

export const socketPath = (directory: string, tunnel: string): string => path.join(directory, `${tunnel}.sock`);

export interface UserspaceTunnel {
  readonly name: string;
  readonly pid: number;
}

/** The `wireguard-go` processes that serve interfaces of this network namespace. */
export function listUserspaceTunnels(): UserspaceTunnel[] {
  const ours = networkNamespaceOf('self');
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const [program, name, ...rest] = commandLineOf(entry);
      if (program === undefined || name === undefined || rest.length > 0) return [];
      if (path.basename(program) !== 'wireguard-go' || networkNamespaceOf(entry) !== ours) return [];
      return [{ name, pid: Number(entry) }];
    });
}

function commandLineOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

function networkNamespaceOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return null;
  }
}

/**
 * Whether a userspace tunnel answers on its socket: asks for its configuration (WireGuard's cross-platform protocol,
 * "get=1") and wants any answer within the time.
 */
export function socketAnswers(file: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(file);
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.on('connect', () => socket.write('get=1\n\n'));
    socket.on('data', () => finish(true));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
  });
}
