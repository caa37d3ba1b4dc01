import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PatronusError } from '@patronus/core';
import { readIfPresent, syncDirectory, writeDurably } from './durable-file.ts';

/** What an edge knows of itself since it joined. */
export interface Enrolment {
  /** Edge gateway of the controller, such as `https://controller.example:8443`. */
  readonly url: string;
  /** Certificate of the controller's authority, PEM. */
  readonly caPem: string;
  readonly edgeId: string;
  readonly siteId: string;
  readonly siteName: string;
  /** The edge's own Ed25519 key, PKCS #8 PEM. It never leaves this file. */
  readonly identityKeyPem: string;
}

const fields: readonly (keyof Enrolment)[] = ['url', 'caPem', 'edgeId', 'siteId', 'siteName', 'identityKeyPem'];

export const saveEnrolment = (path: string, enrolment: Enrolment): Promise<void> =>
  writeDurably(path, `${JSON.stringify(enrolment, null, 2)}\n`);

/** The enrolment, or null before the edge has joined. Error `internal` for a file that is none. */
export async function loadEnrolment(path: string): Promise<Enrolment | null> {
  const text = await readIfPresent(path);
  if (text === null) return null;
  const value = parsed(text);
  if (isEnrolment(value)) return value;
  const remedy = 'restore it from a backup, or join again with `patronus edge join --force`';
  throw new PatronusError('internal', `${path} is damaged; ${remedy}`, { facts: { path } });
}

export async function forgetEnrolment(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncDirectory(dirname(path));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isEnrolment = (value: unknown): value is Enrolment =>
  typeof value === 'object' &&
  value !== null &&
  fields.every((field) => typeof (value as Record<string, unknown>)[field] === 'string');
