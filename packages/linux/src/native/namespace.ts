import { check, libc } from './libc.ts';

const readOnlyCloseOnExec = 0x80000;
const cloneNewNet = 0x4000_0000;

/**
 * Runs a synchronous action with the calling thread inside another network namespace, one of `ip netns`. Sockets that the
 * action opens stay in that namespace after it. Needs CAP_SYS_ADMIN.
 */
export function inNetworkNamespace<T>(name: string, action: () => T): T {
  const own = check(libc().open('/proc/thread-self/ns/net', readOnlyCloseOnExec), 'open the own network namespace');
  try {
    enter(`/run/netns/${name}`);
    try {
      return action();
    } finally {
      check(libc().setns(own, cloneNewNet), 'return to the own network namespace');
    }
  } finally {
    libc().close(own);
  }
}

function enter(path: string): void {
  const fd = check(libc().open(path, readOnlyCloseOnExec), `open network namespace ${path}`);
  try {
    check(libc().setns(fd, cloneNewNet), `enter network namespace ${path}`);
  } finally {
    libc().close(fd);
  }
}
