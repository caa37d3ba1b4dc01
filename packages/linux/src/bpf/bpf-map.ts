import { closeDescriptor, Errno } from '../native/libc.ts';
import { checkBpf, libbpf } from './libbpf.ts';

/** What two maps must have in common for one to stand in for the other. */
export interface MapShape {
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

/**
 * A map that a program in the kernel shares with us. Keys and values are the octets that the C program sees, of the sizes of
 * its shape. A descriptor works on every thread of the process.
 */
export class BpfMap {
  readonly name: string;
  readonly fd: number;
  readonly shape: MapShape;
  readonly #api = libbpf();

  constructor(name: string, fd: number, shape: MapShape) {
    this.name = name;
    this.fd = fd;
    this.shape = shape;
  }

  /** The value of a key, written into `into`; false where there is none. */
  read(key: Uint8Array, into: Uint8Array): boolean {
    const result = this.#api.bpf_map_lookup_elem(this.fd, key, into);
    if (result === -Errno.noEntry) return false;
    checkBpf(result, `read map ${this.name}`);
    return true;
  }

  /** The value of a key in fresh octets; null where there is none. */
  get(key: Uint8Array): Uint8Array | null {
    const value = new Uint8Array(this.shape.valueSize);
    return this.read(key, value) ? value : null;
  }

  /** @throws PatronusError `kernel_refused`, above all where the map is full */
  set(key: Uint8Array, value: Uint8Array): void {
    checkBpf(this.#api.bpf_map_update_elem(this.fd, key, value, 0), `write map ${this.name}`);
  }

  /** Does nothing where the key is not there. */
  delete(key: Uint8Array): void {
    const result = this.#api.bpf_map_delete_elem(this.fd, key);
    if (result !== -Errno.noEntry) checkBpf(result, `delete from map ${this.name}`);
  }

  /** All keys, in no order. Programs that change the map meanwhile may make a key come twice or not at all. */
  keys(): Uint8Array[] {
    const keys: Uint8Array[] = [];
    // a map whose keys come and go could lead in circles
    while (keys.length <= 2 * this.shape.maxEntries) {
      const next = new Uint8Array(this.shape.keySize);
      const result = this.#api.bpf_map_get_next_key(this.fd, keys.at(-1) ?? null, next);
      if (result === -Errno.noEntry) break;
      checkBpf(result, `list map ${this.name}`);
      keys.push(next);
    }
    return keys;
  }

  /** Gives the descriptor back; not for a map of an object, which closes its own. */
  close(): void {
    closeDescriptor(this.fd);
  }

  /** All entries, as {@link keys}. */
  entries(): [Uint8Array, Uint8Array][] {
    return this.keys().flatMap((key): [Uint8Array, Uint8Array][] => {
      const value = this.get(key);
      return value === null ? [] : [[key, value]];
    });
  }
}
