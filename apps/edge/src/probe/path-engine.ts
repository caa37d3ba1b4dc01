import type { Clock, NetworkEvent, PathId } from '@patronus/core';
import type { DecisionReport, EventContent, PathReport } from '@patronus/protocol';
import type { ReflectorPacket } from '@patronus/protocol/stamp';
import type { ArrivalCounts, LostLink } from '@patronus/protocol/stamp-extensions';
import type { PathChange } from '@patronus/policy';
import type { ProbeResult } from '../ports.ts';
import { ArrivalsWatch } from './arrivals-watch.ts';
import type { CopySwitch } from './copy-targets.ts';
import { GroupWriter, type GroupSwitch } from './group-writer.ts';
import { MonitoredPath } from './monitored-path.ts';
import { moveEvent, pathEvent, refusalEvent } from './probe-events.ts';
import type { PlannedPath, ProbePlan } from './probe-plan.ts';
import { groupRetryMs, lateLoopMs, newsReviewMs, reportIntervalMs, reviewIntervalMs } from './probe-timing.ts';
import { Fate } from './probe-ring.ts';
import { Steering, type Move } from './steering.ts';
import type { TrafficCounter } from './traffic-counter.ts';
import { Witnesses } from './witnesses.ts';

/** How probes leave. Implemented by a socket on the edge, by a simulated network in tests. */
export interface ProbeOutlet {
  /** Takes a probe for sending at the next flush; it tells the far end that another path has lost its link here. */
  queue(path: MonitoredPath, sequence: number, lost?: MonitoredPath): void;
  /** Sends what was queued, and tells each path's prober when its probe left. */
  flush(): void;
}

export interface EngineListener {
  paths(reports: readonly PathReport[]): void;
  /** `isAll` says that these are all there are, after a new plan. */
  decisions(decisions: readonly DecisionReport[], isAll: boolean): void;
  event(event: NetworkEvent): void;
  probed(request: number, result: ProbeResult): void;
}

export interface EngineParts {
  readonly clock: Clock;
  readonly outlet: ProbeOutlet;
  readonly groups: GroupSwitch;
  readonly listener: EngineListener;
  readonly newId: () => string;
  /** How the traffic of tunnels arrives; nothing is counted where it is absent. */
  readonly counter?: TrafficCounter;
}

/** Session identifiers are 16 bits wide, 0 means none. */
const maxSessions = 0xffff;
/** Successive multiples of this, modulo 1, spread any number of paths evenly over their interval. */
const goldenRatio = 0.618_033_988_749_895;
/** Our wall clock moves this much against the monotonic one only when somebody sets it. */
const wallStepMs = 1;

/**
 * Probing and steering, driven from outside by time and packets: {@link receive} every reply that has arrived, then
 * {@link advance}, then wait until {@link wakeMs} or for a packet. It keeps no timers and opens nothing.
 */
export class PathEngine {
  readonly #parts: EngineParts;
  readonly #steering: Steering;
  readonly #groups: GroupWriter;
  readonly #sessions: (MonitoredPath | undefined)[] = [];
  readonly #linksDown = new Set<string>();
  #plan: ProbePlan | null = null;
  #paths: MonitoredPath[] = [];
  #witnesses = new Witnesses([]);
  #wakes = new Float64Array(0);
  #wakeMs: number;
  readonly #arrivals: ArrivalsWatch;
  #reviewMs: number;
  #reportMs: number;
  #retryMs: number;
  #wallAheadMs: number;
  #decidedMs = -Infinity;
  #pathChanged = false;
  /** Replies that answer nothing of ours. */
  strays = 0;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#groups = new GroupWriter(parts.groups, (groupId, refusal) => this.#tell(refusalEvent(groupId, refusal)));
    this.#steering = new Steering(this.#groups, () => parts.clock.wall());
    const nowMs = parts.clock.now();
    this.#wallAheadMs = parts.clock.wall() - nowMs;
    this.#arrivals = new ArrivalsWatch(parts.counter);
    this.#wakeMs = this.#reviewMs = this.#retryMs = nowMs;
    this.#reportMs = nowMs + reportIntervalMs;
  }

  /** When there is something to do next if no packet comes, monotonic ms. */
  get wakeMs(): number {
    return this.#wakeMs;
  }

  /** Takes up a plan, and the switch for its copies. Paths that it shares with the one before keep what is known of them. */
  configure(plan: ProbePlan, copies?: CopySwitch): void {
    const nowMs = this.#parts.clock.now();
    const known = new Map(this.#paths.map((path) => [path.planned.id, path]));
    this.#sessions.length = 0;
    const fresh = plan.paths.map((planned) => {
      const before = known.get(planned.id);
      return before !== undefined && isSameProbe(before.planned, planned) ? before : null;
    });
    for (const path of fresh) if (path !== null) this.#sessions[path.sessionId] = path;
    this.#paths = fresh.map((path, index) => path ?? this.#monitor(plan.paths[index]!, index, nowMs));
    for (const [index, path] of this.#paths.entries()) {
      path.planned = plan.paths[index]!;
      path.linkDown = this.#linksDown.has(path.planned.device);
    }
    this.#plan = plan;
    this.#arrivals.configure(this.#paths, plan.flows);
    this.#witnesses = new Witnesses(this.#paths);
    this.#wakes = new Float64Array(this.#paths.length).fill(nowMs);
    this.#steering.configure(plan, nowMs, copies);
    this.#decide(nowMs);
    this.#wakeMs = nowMs;
    this.#parts.listener.decisions(this.#steering.decisions(), true);
  }

  /** Says which devices have no carrier or no address; their paths are down at once, here and at their far ends. */
  linksDown(devices: readonly string[]): void {
    const nowMs = this.#parts.clock.now();
    const lost: MonitoredPath[] = [];
    this.#linksDown.clear();
    for (const device of devices) this.#linksDown.add(device);
    for (const path of this.#paths) {
      const isDown = this.#linksDown.has(path.planned.device);
      if (isDown === path.linkDown) continue;
      path.linkDown = isDown;
      if (isDown) lost.push(path);
      this.#judge(path, nowMs);
    }
    if (this.#pathChanged) this.#decide(nowMs);
    for (const path of lost) this.#tellFarEnd(path, nowMs);
    this.#parts.outlet.flush();
  }

  /** Without it the far end would wait for what is missing, three intervals and a round trip. */
  #tellFarEnd(lost: MonitoredPath, nowMs: number): void {
    for (const other of this.#witnesses.toAsk(lost)) this.#parts.outlet.queue(other, other.prober.open(nowMs), lost);
  }

  /** Sends a probe now and tells its result under the number of the request. */
  probeNow(id: PathId, request: number): void {
    const path = this.#paths.find((each) => each.planned.id === id);
    if (path === undefined) {
      const problem = 'this edge has no such path';
      this.#parts.listener.probed(request, { pathId: id, sent: false, answered: false, rttMs: null, problem });
      return;
    }
    const sequence = path.prober.open(this.#parts.clock.now());
    path.onDemand.set(sequence, request);
    this.#parts.outlet.queue(path, sequence);
    this.#parts.outlet.flush();
  }

  /**
   * Takes a packet that came to the sender's socket; `receivedMs` is unix ms, `arrivals` what the far end told in it of how our
   * traffic arrives.
   */
  receive(
    packet: ReflectorPacket,
    remoteAddress: number,
    receivedMs: number,
    arrivals: ArrivalCounts | null = null,
  ): void {
    const nowMs = this.#parts.clock.now();
    const path = this.#sessions[packet.sessionId];
    const isOurs = path !== undefined && path.planned.remoteAddress === remoteAddress;
    if (!isOurs || !path.prober.reply(packet, receivedMs, nowMs)) {
      this.strays++;
      return;
    }
    if (path.onDemand.size > 0) this.#answerDemand(path, path.prober.ring.fullSequence(packet.senderSequence));
    if (arrivals !== null) this.#arrived(path, arrivals, nowMs);
    this.#judge(path, nowMs);
    for (const other of this.#witnesses.waitingFor(path)) this.#judge(other, nowMs);
  }

  /**
   * A probe of a far end came, with what it told in it of how our traffic arrives and of a path that lost its link there, if
   * anything; the addresses are ours and its own.
   */
  heard(
    localAddress: number,
    remoteAddress: number,
    arrivals: ArrivalCounts | null,
    lostLink: LostLink | null = null,
  ): void {
    const path = this.#arrivals.pathBetween(localAddress, remoteAddress);
    if (path === undefined) return;
    const nowMs = this.#parts.clock.now();
    path.heardAt(nowMs);
    if (arrivals !== null) this.#arrived(path, arrivals, nowMs);
    if (lostLink !== null) this.#farEndLost(path, lostLink, nowMs);
    for (const other of this.#witnesses.waitingFor(path)) this.#judge(other, nowMs);
  }

  /** A far end speaks for its own paths only. */
  #farEndLost({ planned }: MonitoredPath, { writerAddress, readerAddress }: LostLink, nowMs: number): void {
    const lost = this.#arrivals.pathBetween(readerAddress, writerAddress);
    if (lost === undefined || lost.planned.siteId !== planned.siteId) return;
    lost.farLinkDown = true;
    this.#judge(lost, nowMs);
  }

  #arrived(path: MonitoredPath, arrivals: ArrivalCounts, nowMs: number): void {
    if (!path.prober.arrived(arrivals, nowMs)) return;
    path.look(nowMs);
    this.#reviewMs = Math.min(this.#reviewMs, this.#decidedMs + newsReviewMs);
    this.#wakeMs = Math.min(this.#wakeMs, this.#reviewMs);
  }

  /** Does everything that is due: overdue replies, new probes, decisions, reports. */
  advance(): void {
    const nowMs = this.#parts.clock.now();
    const isLate = nowMs - this.#wakeMs > lateLoopMs;
    this.#watchWallClock(nowMs);
    this.#arrivals.look(this.#paths, nowMs, (index) => (this.#wakes[index] = nowMs));
    for (let index = 0; index < this.#paths.length; index++) {
      if (nowMs >= this.#wakes[index]!) this.#attend(this.#paths[index]!, nowMs, isLate);
    }
    this.#parts.outlet.flush();
    if (this.#pathChanged || nowMs >= this.#reviewMs) this.#decide(nowMs);
    if (nowMs >= this.#retryMs) {
      this.#retryMs = nowMs + groupRetryMs;
      this.#groups.retry();
    }
    if (nowMs >= this.#reportMs) {
      this.#reportMs = Math.max(this.#reportMs + reportIntervalMs, nowMs + reportIntervalMs / 2);
      this.#parts.listener.paths(this.#paths.map((path) => path.report(nowMs, this.#wallAheadMs)));
    }
    this.#planWake();
  }

  #attend(path: MonitoredPath, nowMs: number, isLate: boolean): void {
    const { prober } = path;
    if (prober.expire(nowMs, isLate)) {
      if (path.onDemand.size > 0) this.#giveUpDemands(path);
      if (prober.consecutiveMisses === 1) for (const other of this.#witnesses.toAsk(path)) other.prober.hurry(nowMs);
      this.#judge(path, nowMs);
    } else if (path.missesFarEnd(nowMs)) this.#judge(path, nowMs);
    if (prober.isDue(nowMs)) this.#parts.outlet.queue(path, prober.open(nowMs));
  }

  #planWake(): void {
    let wakeMs = Math.min(this.#reviewMs, this.#reportMs, this.#retryMs, this.#arrivals.wakeMs);
    for (let index = 0; index < this.#paths.length; index++) {
      const pathWakeMs = this.#paths[index]!.wakeMs;
      this.#wakes[index] = pathWakeMs;
      if (pathWakeMs < wakeMs) wakeMs = pathWakeMs;
    }
    this.#wakeMs = wakeMs;
  }

  #judge(path: MonitoredPath, nowMs: number): void {
    const isFailing = path.isFailing(nowMs);
    const believesMisses = !isFailing || this.#witnesses.believes(path, nowMs, nowMs + this.#wallAheadMs);
    if (!isFailing) this.#witnesses.dismiss(path);
    const change = path.step(nowMs, believesMisses);
    if (change === null) return;
    this.#pathChanged = true;
    if (change.to === 'down') for (const other of this.#witnesses.waitingFor(path)) this.#judge(other, nowMs);
    this.#tellPath(path, change, nowMs);
  }

  /** What became of a path is told at once; its figures are, with those of all, each second. */
  #tellPath(path: MonitoredPath, change: PathChange, nowMs: number): void {
    this.#parts.listener.paths([path.report(nowMs, this.#wallAheadMs)]);
    const quality = path.prober.quality(nowMs);
    const { planned, failedWay, prober } = path;
    this.#tell(pathEvent({ path: planned, change, quality, failedWay, firstMissedMs: prober.firstMissedWallMs }));
  }

  #decide(nowMs: number): void {
    this.#pathChanged = false;
    this.#decidedMs = nowMs;
    this.#reviewMs = nowMs + reviewIntervalMs;
    if (this.#plan === null) return;
    const wallMs = this.#parts.clock.wall();
    const readings = this.#paths.map((path) => path.readingAt(wallMs));
    const { moves, decisions } = this.#steering.step(readings, nowMs);
    for (const move of moves) this.#tellMove(this.#plan, move);
    if (decisions.length > 0) this.#parts.listener.decisions(decisions, false);
  }

  #tellMove(plan: ProbePlan, move: Move): void {
    const left = move.change.from
      .map(({ pathId }) => this.#paths[plan.steering.indexOfPath.get(pathId) ?? -1])
      .find((path) => path?.reading.health === 'down');
    const firstMissedMs = left?.prober.firstMissedWallMs ?? null;
    this.#tell(moveEvent(plan, move, { firstMissedMs, pathCause: left?.cause ?? null }));
  }

  #tell(content: EventContent | null): void {
    if (content === null) return;
    const { clock, listener, newId } = this.#parts;
    listener.event({ id: newId(), timestamp: clock.wall(), ...content });
  }

  #answerDemand(path: MonitoredPath, sequence: number): void {
    const request = path.onDemand.get(sequence);
    if (request === undefined) return;
    path.onDemand.delete(sequence);
    this.#probed(request, path.planned.id, path.prober.lastRoundTripMs, null);
  }

  #giveUpDemands(path: MonitoredPath): void {
    for (const [sequence, request] of path.onDemand) {
      if (path.prober.ring.fateOf(sequence) === Fate.pending) continue;
      path.onDemand.delete(sequence);
      this.#probed(request, path.planned.id, null, 'no reply in time');
    }
  }

  #probed(request: number, pathId: PathId, rttMs: number | null, problem: string | null): void {
    this.#parts.listener.probed(request, { pathId, sent: true, answered: problem === null, rttMs, problem });
  }

  #watchWallClock(nowMs: number): void {
    const aheadMs = this.#parts.clock.wall() - nowMs;
    const deltaMs = aheadMs - this.#wallAheadMs;
    this.#wallAheadMs = aheadMs;
    if (Math.abs(deltaMs) < wallStepMs) return;
    for (const path of this.#paths) path.prober.wallClockWasSet(deltaMs);
  }

  #monitor(planned: PlannedPath, index: number, nowMs: number): MonitoredPath {
    let sessionId = 1;
    while (this.#sessions[sessionId] !== undefined) sessionId++;
    if (sessionId > maxSessions) throw new RangeError(`more than ${maxSessions} paths`);
    const path = new MonitoredPath(planned, sessionId, nowMs, (index * goldenRatio) % 1);
    this.#sessions[sessionId] = path;
    return path;
  }
}

/** Whether what was measured before still speaks of the path: same packets, same rhythm. */
const isSameProbe = (a: PlannedPath, b: PlannedPath): boolean =>
  a.profile === b.profile && a.localAddress === b.localAddress && a.remoteAddress === b.remoteAddress;
