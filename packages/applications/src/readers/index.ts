/**
 * Reads names out of packets: DNS answers, TLS greetings, first packets of QUIC. Everything here takes octets from strangers:
 * it never throws, never reads outside what it was given, and takes memory and time within bounds.
 */
export { maxHello, readClientHello, readTlsClientHello, type NameFinding } from './client-hello.ts';
export { CryptoFrames } from './crypto-frames.ts';
export { readDnsAnswer, type DnsAddress, type DnsAnswer } from './dns-answer.ts';
export { DnsStreams } from './dns-stream.ts';
export { FlowStarts } from './flow-starts.ts';
export { destinationOf, directionKey, emptyPacket, readPacket, replyKey, type PacketView } from './packet.ts';
export { readPacketEnds, type PacketEnds } from './packet-ends.ts';
export { initialKeys, openInitialPacket, readInitialPackets } from './quic-initial.ts';
