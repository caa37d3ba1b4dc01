import type { Address, DomainPattern, Prefix } from '@patronus/core';
import type { TapMode } from '@patronus/linux';

/** What the worker is started with: descriptors that the main thread opened and will close after it. */
export interface LearnWorkerData {
  readonly tapFd: number;
  readonly setsFd: number;
  readonly marksFd: number;
  readonly signalFd: number;
  readonly mode: TapMode;
}

/** What is to be learned for the ruleset in force. */
export interface LearnPlan {
  /** Sets by their names, and what means an address of them. */
  readonly sets: readonly { readonly name: string; readonly patterns: readonly DomainPattern[] }[];
  /** Of all sites: between them a flow may change its path. */
  readonly sitePrefixes: readonly Prefix[];
}

/** Names of an address, and how long their record lives, s. */
export interface LearnedNews {
  readonly address: Address;
  readonly names: readonly string[];
  readonly ttlSec: number;
}

/** Since the thread started. */
export interface LearnCounts {
  dnsAnswers: number;
  /** Flows whose client named the server. */
  serverNames: number;
  /** Flows of TLS or QUIC whose client did not. */
  nameless: number;
}

/** From the main thread to the learning thread. */
export type ToLearnThread = { readonly type: 'configure'; readonly plan: LearnPlan } | { readonly type: 'stop' };

/** And back. */
export type FromLearnThread =
  | { readonly type: 'learned'; readonly news: readonly LearnedNews[]; readonly counts: LearnCounts }
  | { readonly type: 'trouble'; readonly message: string };
