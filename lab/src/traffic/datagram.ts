/**
 * The payload of a test packet, in network byte order: magic, stream, sequence number, four octets of zero, and the time
 * of sending in unix ms as a double, which holds today's time to a quarter of a microsecond. Padding follows.
 */
export const datagramHeaderBytes = 24;

const magic = 0x50_74_52_66;

export function initDatagram(view: DataView, streamId: number): void {
  view.setUint32(0, magic);
  view.setUint32(4, streamId);
}

export function stampDatagram(view: DataView, sequence: number, sentMs: number): void {
  view.setUint32(8, sequence);
  view.setFloat64(16, sentMs);
}

/** Whether the octets at `offset` are a packet of the stream. */
export const isDatagramOf = (view: DataView, offset: number, length: number, streamId: number): boolean =>
  length >= datagramHeaderBytes && view.getUint32(offset) === magic && view.getUint32(offset + 4) === streamId;

export const sequenceOf = (view: DataView, offset: number): number => view.getUint32(offset + 8);
export const sentMsOf = (view: DataView, offset: number): number => view.getFloat64(offset + 16);
