import { Arena } from './arena.ts';
import { check, libc } from './libc.ts';

const nonBlockCloseOnExec = 0x80800;

/**
 * A wake-up call between threads (eventfd): one thread polls {@link fd}, another raises it. The descriptor belongs to the
 * process, so a thread may attach to one that another thread opened.
 */
export class EventSignal {
  readonly fd: number;
  readonly #arena = new Arena(4096);
  readonly #counter = this.#arena.take(8);

  private constructor(fd: number) {
    this.fd = fd;
  }

  static open(): EventSignal {
    return new EventSignal(check(libc().eventfd(0, nonBlockCloseOnExec), 'make an eventfd'));
  }

  static attach(fd: number): EventSignal {
    return new EventSignal(fd);
  }

  /** Wakes whoever waits, now or next. */
  raise(): void {
    this.#arena.setLong(this.#counter, 1);
    libc().write(this.fd, this.#arena.address(this.#counter), 8);
  }

  /** Forgets all wake-ups so far. */
  clear(): void {
    libc().read(this.fd, this.#arena.address(this.#counter), 8);
  }
}
