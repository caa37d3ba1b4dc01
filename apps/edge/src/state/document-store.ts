import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { err, type Result } from '@patronus/core';
import { parseSiteDocument, type SiteDocument } from '@patronus/protocol';
import { fileError, readIfPresent, writeDurably } from './durable-file.ts';

/** A stored document that could not be used, and where it was put. */
export interface DamagedDocument {
  readonly reason: string;
  readonly movedTo: string;
}

export interface StoredDocument {
  readonly document: SiteDocument | null;
  readonly damaged: readonly DamagedDocument[];
}

/**
 * The last good document and the one before it. The version is the hash of the content, so it serves as the checksum: a
 * file that is damaged in any way is put aside, and the one before it used.
 */
export class DocumentStore {
  private readonly current: string;
  private readonly previous: string;
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
    this.current = join(directory, 'last-good.json');
    this.previous = join(directory, 'previous.json');
  }

  /** The newest stored document that is whole; damaged ones before it are put aside. */
  async load(): Promise<StoredDocument> {
    const damaged: DamagedDocument[] = [];
    for (const path of [this.current, this.previous]) {
      const text = await readIfPresent(path);
      if (text === null) continue;
      const document = readDocument(text);
      if (document.ok) return { document: document.value, damaged };
      damaged.push({ reason: document.error, movedTo: await putAside(path) });
    }
    return { document: null, damaged };
  }

  /** The same document, with nothing moved: for those who only look. */
  async peek(): Promise<SiteDocument | null> {
    for (const path of [this.current, this.previous]) {
      const text = await readIfPresent(path);
      const document = text === null ? null : readDocument(text);
      if (document?.ok === true) return document.value;
    }
    return null;
  }

  /** Keeps a confirmed document as the last good one. Errors as `writeDurably`. */
  async save(document: SiteDocument): Promise<void> {
    try {
      await mkdir(this.directory, { recursive: true, mode: 0o700 });
      const before = await readIfPresent(this.current);
      if (before !== null && readDocument(before).ok) await rename(this.current, this.previous);
    } catch (error) {
      throw fileError(error, `cannot keep documents in ${this.directory}`);
    }
    await writeDurably(this.current, JSON.stringify(document));
  }

  async forget(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

function readDocument(text: string): Result<SiteDocument, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err('it is not JSON, so it was cut short or overwritten');
  }
  const document = parseSiteDocument(value);
  if (document.ok) return document;
  return err(document.error.map((each) => `${each.field} ${each.problem}`).join(', '));
}

async function putAside(path: string): Promise<string> {
  const aside = `${path}.damaged`;
  await rename(path, aside);
  return aside;
}
