import type { Address } from '@patronus/core';
import type { RequestEnd } from './request-result.ts';
import type { TcpReceiveEnd, TcpSendEnd } from './tcp-result.ts';
import type { UdpReceiveEnd, UdpSendEnd } from './udp-result.ts';

/** What a traffic program does; handed over as JSON in its only argument. */
export type TrafficOptions =
  | {
      readonly role: 'udp_send';
      readonly streamId: number;
      readonly address: Address;
      readonly port: number;
      /** Packets per second. */
      readonly rate: number;
      /** Octets of UDP payload. */
      readonly bytes: number;
      readonly dscp: number;
      /** From how many ports they come, in turn. */
      readonly flows: number;
    }
  | { readonly role: 'udp_receive'; readonly streamId: number; readonly port: number }
  | { readonly role: 'tcp_send'; readonly address: Address; readonly port: number; readonly rateBps: number }
  | { readonly role: 'tcp_receive'; readonly port: number }
  | {
      readonly role: 'request';
      readonly address: Address;
      readonly port: number;
      /** Requests per second. */
      readonly rate: number;
      readonly timeoutMs: number;
    }
  | { readonly role: 'answer'; readonly port: number; readonly bytes: number };

export type TrafficRole = TrafficOptions['role'];

/** What each program says last. */
export interface TrafficEnds {
  udp_send: UdpSendEnd;
  udp_receive: UdpReceiveEnd;
  tcp_send: TcpSendEnd;
  tcp_receive: TcpReceiveEnd;
  request: RequestEnd;
  answer: { readonly answered: number };
}

/** How a stream does at the moment; said once a second. */
export interface LiveFigures {
  /** Packets, octets or requests since the start. */
  readonly done: number;
  /** Packets or requests lost since the start; null where that is not known. */
  readonly lost: number | null;
  /** Mean delay over the last second, ms. */
  readonly delayMs: number | null;
}

/** The lines of JSON that a traffic program writes. */
export type TrafficMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'live'; readonly figures: LiveFigures }
  | { readonly type: 'end'; readonly end: TrafficEnds[TrafficRole] };
