import type { SentEvent } from './enqueue-event.ts';

const severityNumbers = { error: 3, warning: 4, info: 6 } as const;
/** Local use 0 (RFC 5424, 6.2.1). */
export const defaultFacility = 16;
/** Every receiver should take this much (RFC 5424, 6.1). */
const maxOctets = 2_048;
const maxCutText = 400;
/** Marks what follows as UTF-8 (RFC 5424, 6.4). */
const byteOrderMark = '\u{FEFF}';
/** The enterprise number for documentation (RFC 5612); Patronus has none of its own. */
const dataId = 'event@32473';

/** Where messages come from. */
export interface SyslogOrigin {
  readonly hostname: string;
  readonly pid: number;
}

/**
 * An event as a syslog message (RFC 5424, section 6). What would make it longer than receivers have to take is left out:
 * first the metadata, then the end of the text.
 */
export function syslogMessage(event: SentEvent, facility: number, origin: SyslogOrigin): string {
  const priority = facility * 8 + severityNumbers[event.severity];
  const time = new Date(event.timestamp).toISOString();
  const head = `<${priority}>1 ${time} ${name(origin.hostname)} patronus ${origin.pid} ${event.event_type.slice(0, 32)}`;
  const site = event.site === null ? '' : ` site="${quoted(event.site)}"`;
  const metadata = ` metadata="${quoted(JSON.stringify(event.metadata))}"`;
  const withData = (more: string, text: string): string =>
    `${head} [${dataId} id="${quoted(event.id)}"${site}${more}] ${byteOrderMark}${oneLine(text)}`;
  const candidates = [withData(metadata, event.message), withData('', event.message)];
  return (
    candidates.find((text) => Buffer.byteLength(text) <= maxOctets) ?? withData('', event.message.slice(0, maxCutText))
  );
}

/** Printable ASCII without spaces, as names in the head must be. */
const name = (text: string): string => text.replaceAll(/[^!-~]/g, '').slice(0, 255) || '-';

/** RFC 5424, 6.3.3. */
const quoted = (text: string): string => text.replaceAll(/["\\\]]/g, (character) => `\\${character}`);

/** Line ends would make two messages of one for receivers that read lines. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');
