import type { AuditRemains } from '../audit/index.ts';
import type { AuditRow } from '../repositories/audit-repository.ts';
import type { EventRow } from '../repositories/event-repository.ts';

/** Somebody whose traces are looked for. */
export interface DataSubject {
  readonly username: string;
  /** What people call them; may be empty. */
  readonly name: string;
  /** Of the user, and of their keys, sessions, passkeys and identities. */
  readonly ids: readonly string[];
}

/** Targets that belong to a user, whose own names are often theirs too: the telephone of a passkey. */
const personalTargets: ReadonlySet<string> = new Set(['user', 'session', 'passkey', 'identity', 'api_key']);

/** Events whose sentences name users; those of others name sites, paths and policies, which may be called the same. */
const namingEvents: ReadonlySet<string> = new Set([
  'sign_in',
  'sign_in_failed',
  'path_override_set',
  'path_override_cleared',
  'events_acknowledged',
]);
const usersChange = /^object_/;

/** Takes what tells of somebody out of rows, and puts a word in its place that leads to nobody. */
export class PersonalData {
  readonly #subject: DataSubject;
  readonly #pseudonym: string;
  /** The name within a sentence, and not as part of a longer one. */
  readonly #within: RegExp;

  constructor(subject: DataSubject, pseudonym: string) {
    this.#subject = subject;
    this.#pseudonym = pseudonym;
    const names = [subject.username, ...(subject.name === '' ? [] : [subject.name])].map(escaped);
    this.#within = new RegExp(`(?<![\\w.@-])(?:${names.join('|')})(?![\\w@-]|\\.\\w)`, 'giu');
  }

  /** What is left of a row of the audit log; null where it does not tell of them. */
  remainsOf(row: AuditRow): AuditRemains | null {
    const details = JSON.parse(row.details) as Record<string, unknown>;
    const isPersonal = personalTargets.has(row.target_type);
    const isActor =
      this.#isId(row.actor_id) ||
      (row.actor_type === 'user' && this.#isName(row.actor)) ||
      (row.actor_type === 'api_key' && this.#isName(row.actor.split('/')[0]!));
    const isTarget =
      this.#isId(row.target_id) ||
      (isPersonal && (this.#isName(row.target) || this.#isName(details['user']) || (isActor && row.target !== null)));
    const isAbout = isActor || isTarget;
    const scrubbed = JSON.stringify(this.#scrub(details, isAbout, isTarget && row.target_type === 'user'));
    if (!isAbout && scrubbed === row.details) return null;
    return {
      actor_id: isActor ? this.#pseudonym : row.actor_id,
      actor: isActor ? this.#pseudonym : row.actor,
      // Who is not signed in and tries to become somebody is mostly that one.
      address: isActor || (isTarget && row.actor_type === 'anonymous') ? null : row.address,
      target_id: isTarget && row.target_id !== null ? this.#pseudonym : row.target_id,
      target: isTarget && row.target !== null ? this.#pseudonym : row.target,
      details: scrubbed,
    };
  }

  /** What is left of an event; null where it does not tell of them. */
  remainsOfEvent(
    row: Pick<EventRow, 'event_type' | 'message' | 'metadata' | 'acknowledged_by'>,
  ): Pick<EventRow, 'message' | 'metadata' | 'acknowledged_by'> | null {
    const metadata = JSON.parse(row.metadata) as Record<string, unknown>;
    const names =
      namingEvents.has(row.event_type) || (usersChange.test(row.event_type) && metadata['object'] === 'user');
    const remains = {
      message: names ? row.message.replace(this.#within, this.#pseudonym) : row.message,
      metadata: names ? JSON.stringify(this.#scrub(metadata, false, false)) : row.metadata,
      acknowledged_by: this.#isName(row.acknowledged_by) ? this.#pseudonym : row.acknowledged_by,
    };
    const isSame =
      remains.message === row.message &&
      remains.metadata === row.metadata &&
      remains.acknowledged_by === row.acknowledged_by;
    return isSame ? null : remains;
  }

  /** `isAbout`: sentences within name them. `isUser`: the field `name` is theirs, also one that they had before. */
  #scrub(value: unknown, isAbout: boolean, isUser: boolean): unknown {
    if (typeof value === 'string') {
      if (this.#isName(value) || this.#isId(value) || value === this.#subject.name) {
        return value === '' ? value : this.#pseudonym;
      }
      return isAbout ? value.replace(this.#within, this.#pseudonym) : value;
    }
    if (Array.isArray(value)) return value.map((each) => this.#scrub(each, isAbout, isUser));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(([key, inner]) => [
      key,
      isUser && key === 'name' ? this.#pseudonym : this.#scrub(inner, isAbout, isUser),
    ]);
    return Object.fromEntries(fields);
  }

  #isId(id: string | null): boolean {
    return id !== null && this.#subject.ids.includes(id);
  }

  #isName(text: unknown): boolean {
    return typeof text === 'string' && text.toLowerCase() === this.#subject.username.toLowerCase();
  }
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
