import koffi, { type TypeObject } from 'koffi';
import { PatronusError } from '@patronus/core';
import { Arena } from './arena.ts';

const library = 'libndpi.so.4.2';
const debianPackageOfLibrary = 'libndpi4.2';
/** The interface (`NDPI_API_VERSION`) that the declarations below are those of; another may lay structures out otherwise. */
const knownInterface = 8668;
/** Leaves out a list of some thousand Tor relays that is years old. */
const preferences = 0x1;
/** One bit for each protocol (`NDPI_NUM_BITS` is 512): look for all of them. */
const allProtocols = 64;
/** The longest packet without segmentation offload; of a longer one its beginning tells. */
const maxPacket = 2_048;

interface Ndpi {
  ndpi_get_api_version(): number;
  ndpi_revision(): string;
  ndpi_detection_get_sizeof_ndpi_flow_struct(): number;
  ndpi_init_detection_module(preferences: number): number;
  ndpi_set_protocol_detection_bitmask2(module: number, bits: Uint8Array): void;
  ndpi_finalize_initialization(module: number): void;
  ndpi_detection_process_packet(
    module: number,
    flow: number,
    packet: number,
    length: number,
    timeMs: number,
  ): { readonly master: number; readonly app: number };
  ndpi_free_flow_data(flow: number): void;
  ndpi_get_proto_name(module: number, protocol: number): string;
}

function load(): Ndpi {
  try {
    const loaded = koffi.load(library);
    const result = koffi.struct({ master: 'uint16', app: 'uint16', category: 'int' });
    const declare = (name: keyof Ndpi, answer: string | TypeObject, parameters: readonly string[]) => [
      name,
      loaded.func(name, answer, [...parameters]) as unknown,
    ];
    return Object.fromEntries([
      declare('ndpi_get_api_version', 'uint16', []),
      declare('ndpi_revision', 'str', []),
      declare('ndpi_detection_get_sizeof_ndpi_flow_struct', 'uint32', []),
      declare('ndpi_init_detection_module', 'uintptr_t', ['int']),
      declare('ndpi_set_protocol_detection_bitmask2', 'void', ['uintptr_t', 'void *']),
      declare('ndpi_finalize_initialization', 'void', ['uintptr_t']),
      declare('ndpi_detection_process_packet', result, ['uintptr_t', 'uintptr_t', 'uintptr_t', 'uint16', 'uint64_t']),
      declare('ndpi_free_flow_data', 'void', ['uintptr_t']),
      declare('ndpi_get_proto_name', 'str', ['uintptr_t', 'uint16']),
    ]) as Ndpi;
  } catch (cause) {
    const message = `the library ${library} (nDPI) cannot be loaded; on Debian: apt install ${debianPackageOfLibrary}`;
    throw new PatronusError('unsupported_kernel', message, { cause });
  }
}

function loadKnown(): Ndpi {
  const ndpi = load();
  const found = ndpi.ndpi_get_api_version();
  if (found === knownInterface) return ndpi;
  const message = `${library} is nDPI ${ndpi.ndpi_revision()} with interface ${found} instead of ${knownInterface}; install Debian's ${debianPackageOfLibrary}`;
  throw new PatronusError('unsupported_kernel', message);
}

/** What a flow's packets look like so far: names of protocols as nDPI calls them, the more special one first. */
export type DetectedProtocols = readonly string[];

/**
 * Debian's nDPI, which tells the protocol of a flow by what its packets look like. It is C code that reads what anybody may
 * send: use it in a process that may die. Flows live in slots of fixed memory; what the library allocates for one is given
 * back with {@link forget}.
 */
export class ProtocolDetector {
  /** As the library calls its own version. */
  readonly version: string;
  readonly #ndpi: Ndpi;
  readonly #module: number;
  readonly #arena: Arena;
  readonly #packet: number;
  readonly #slots: number;
  readonly #slotSize: number;
  readonly #flowSize: number;
  readonly #names = new Map<number, DetectedProtocols>();

  /** Errors: as of {@link require}. */
  constructor(slots: number) {
    this.#ndpi = loadKnown();
    this.version = this.#ndpi.ndpi_revision();
    this.#flowSize = this.#ndpi.ndpi_detection_get_sizeof_ndpi_flow_struct();
    this.#slotSize = Math.ceil(this.#flowSize / 64) * 64;
    this.#arena = new Arena(slots * this.#slotSize + maxPacket + 4096);
    this.#slots = this.#arena.take(slots * this.#slotSize);
    this.#packet = this.#arena.take(maxPacket);
    this.#module = this.#ndpi.ndpi_init_detection_module(preferences);
    if (this.#module === 0) throw new PatronusError('exhausted', 'nDPI has no memory to begin');
    this.#ndpi.ndpi_set_protocol_detection_bitmask2(this.#module, new Uint8Array(allProtocols).fill(0xff));
    this.#ndpi.ndpi_finalize_initialization(this.#module);
  }

  /** Whether there is a library that this can be made of. Errors: `unsupported_kernel` where it is missing or another one. */
  static require(): void {
    loadKnown();
  }

  /**
   * Takes the next packet, from its IP header on, of the flow in a slot. Empty: nothing is known yet. It must be one of TCP or
   * UDP whose headers are whole and tell its length: of others this version of the library reads through a null pointer.
   */
  take(slot: number, bytes: Uint8Array, from: number, to: number, nowMs: number): DetectedProtocols {
    const length = Math.min(to - from, maxPacket);
    this.#arena.bytes.set(bytes.subarray(from, from + length), this.#packet);
    const { master, app } = this.#ndpi.ndpi_detection_process_packet(
      this.#module,
      this.#address(slot),
      this.#arena.address(this.#packet),
      length,
      Math.floor(nowMs),
    );
    return master === 0 && app === 0 ? nothing : this.#namesOf(master, app);
  }

  /** Makes a slot ready for another flow. */
  forget(slot: number): void {
    this.#ndpi.ndpi_free_flow_data(this.#address(slot));
    const at = this.#slots + slot * this.#slotSize;
    this.#arena.bytes.fill(0, at, at + this.#slotSize);
  }

  #address(slot: number): number {
    return this.#arena.address(this.#slots + slot * this.#slotSize);
  }

  #namesOf(master: number, app: number): DetectedProtocols {
    const key = master * 65_536 + app;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const names = [app, master]
      .filter((protocol) => protocol !== 0)
      .map((protocol) => this.#ndpi.ndpi_get_proto_name(this.#module, protocol));
    this.#names.set(key, names);
    return names;
  }
}

const nothing: DetectedProtocols = [];
