import { PatronusError } from '@patronus/core';
import type { NextHop, NextHopGroup, Route, RoutingChange, RoutingRule } from '@patronus/netconf';

/** Next hops, groups, routes and rules of a {@link FakeKernel}, with the kernel's own rules on what may point at what. */
export class FakeRouting {
  readonly #needsUp: (device: string) => void;
  readonly #nextHops = new Map<number, NextHop>();
  readonly #groups = new Map<number, NextHopGroup>();
  readonly #routes = new Map<string, Route>();
  readonly #rules = new Map<string, RoutingRule>();

  /** The function throws where a device is absent or down. */
  constructor(needsUp: (device: string) => void) {
    this.#needsUp = needsUp;
  }

  state(): { nextHops: NextHop[]; groups: NextHopGroup[]; routes: Route[]; rules: RoutingRule[] } {
    return {
      nextHops: [...this.#nextHops.values()],
      groups: [...this.#groups.values()],
      routes: [...this.#routes.values()],
      rules: [...this.#rules.values()],
    };
  }

  change(change: Exclude<RoutingChange, { object: 'address' }>): void {
    switch (change.object) {
      case 'next_hop':
        this.#changeNextHop(change.verb, change.nextHop);
        return;
      case 'group':
        this.#changeGroup(change.verb, change.group);
        return;
      case 'route':
        this.#changeRoute(change.verb, change.route);
        return;
      case 'rule':
        changeEntry(this.#rules, change.verb, JSON.stringify(change.rule), change.rule, 'rule');
    }
  }

  loseRoute(fits: (route: Route) => boolean): void {
    const found = [...this.#routes].find(([, route]) => fits(route));
    if (found === undefined) throw new TypeError('there is no such route');
    this.#routes.delete(found[0]);
  }

  #changeNextHop(verb: 'add' | 'delete', nextHop: NextHop): void {
    if (this.#groups.has(nextHop.id)) refuse(`${nextHop.id} is a group`);
    if (verb === 'add' && nextHop.device !== null) this.#needsUp(nextHop.device);
    changeEntry(this.#nextHops, verb, nextHop.id, nextHop, 'next hop');
    if (verb === 'delete') this.#loseNextHop(nextHop.id);
  }

  #changeGroup(verb: 'add' | 'replace' | 'delete', group: NextHopGroup): void {
    if (verb === 'replace' && this.#nextHops.has(group.id)) refuse('a single next hop cannot become a group');
    if (verb !== 'delete') this.#checkMembers(group);
    changeEntry(this.#groups, verb, group.id, group, 'group');
    if (verb === 'delete') this.#loseNextHop(group.id);
  }

  #changeRoute(verb: 'add' | 'replace' | 'delete', route: Route): void {
    const { target } = route;
    if (verb !== 'delete') {
      if (target.type === 'next_hop' && !this.#groups.has(target.id) && !this.#nextHops.has(target.id)) {
        refuse(`there is no next hop ${target.id}`);
      }
      if (target.type === 'device') this.#needsUp(target.device);
    }
    const key = `${route.family} ${route.table} ${route.destination} ${route.metric}`;
    changeEntry(this.#routes, verb, key, route, `route to ${route.destination}`);
  }

  #checkMembers({ members }: NextHopGroup): void {
    if (members.length === 0) refuse('a group has at least one member');
    for (const { nextHop, weight } of members) {
      if (!this.#nextHops.has(nextHop)) refuse(`there is no next hop ${nextHop}`);
      if (weight < 1 || weight > 256) refuse(`weight ${weight} is not between 1 and 256`);
      if (this.#nextHops.get(nextHop)!.device === null && members.length > 1) refuse('a blackhole stands alone');
    }
    if (new Set(members.map(({ nextHop }) => nextHop)).size < members.length) refuse('a member is there twice');
  }

  loseDevice(device: string): void {
    for (const [key, { target }] of this.#routes) {
      if (target.type === 'device' && target.device === device) this.#routes.delete(key);
    }
    for (const nextHop of this.#nextHops.values()) {
      if (nextHop.device !== device) continue;
      this.#nextHops.delete(nextHop.id);
      this.#loseNextHop(nextHop.id);
    }
  }

  #loseNextHop(id: number): void {
    for (const [key, { target }] of this.#routes) {
      if (target.type === 'next_hop' && target.id === id) this.#routes.delete(key);
    }
    for (const group of this.#groups.values()) {
      const members = group.members.filter(({ nextHop }) => nextHop !== id);
      if (members.length === group.members.length) continue;
      if (members.length > 0) this.#groups.set(group.id, { ...group, members });
      else {
        this.#groups.delete(group.id);
        this.#loseNextHop(group.id);
      }
    }
  }
}

function changeEntry<K, V>(map: Map<K, V>, verb: 'add' | 'replace' | 'delete', key: K, value: V, noun: string): void {
  if (map.has(key) === (verb === 'add')) refuse(`the ${noun} ${verb === 'add' ? 'exists' : 'does not exist'}`);
  if (verb === 'delete') map.delete(key);
  else map.set(key, value);
}

export function refuse(why: string): never {
  throw new PatronusError('kernel_refused', why);
}
