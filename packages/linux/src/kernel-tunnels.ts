import { execFileSync } from 'node:child_process';

/**
 * Why the kernel makes no WireGuard tunnels for this process, in few words for those who skip tests; null where it does. Tried
 * in a network namespace that ends with the trial.
 */
export function whyNoKernelTunnels(): string | null {
  const args = ['-n', 'ip', 'link', 'add', 'ptx0', 'type', 'wireguard'];
  try {
    execFileSync('unshare', args, { stdio: 'ignore', timeout: 15_000 });
    return null;
  } catch {
    return 'it needs root and WireGuard in the kernel';
  }
}
