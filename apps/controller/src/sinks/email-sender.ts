import type { SendMailOptions } from 'nodemailer';
import { attemptLimitMs, untilAborted } from './attempt-limit.ts';
import type { SentEvent } from './enqueue-event.ts';
import { connectionError, SendError } from './send-error.ts';
import type { Sender, SinkOf } from './sender.ts';
import type { EmailTarget } from './sink-input.ts';
import type { Resolved } from './target-policy.ts';

/** Loaded for the first mail: it takes some megabytes, and most controllers send none. */
const library = () => import('nodemailer');

export const smtpPorts = { 'smtp:': 587, 'smtps:': 465 } as const;

/** Sends events by SMTP; those that wait together come in one mail. */
export class EmailSender implements Sender<EmailTarget> {
  readonly batch = 100;

  async send(
    { target, secret }: SinkOf<EmailTarget>,
    events: readonly SentEvent[],
    to: Resolved,
    signal: AbortSignal,
  ): Promise<void> {
    const url = new URL(target.url);
    const isSecure = url.protocol === 'smtps:';
    const { createTransport } = await library();
    const transport = createTransport({
      host: to.address,
      port: url.port === '' ? smtpPorts[url.protocol as keyof typeof smtpPorts] : Number(url.port),
      secure: isSecure,
      requireTLS: (target.starttls ?? 'required') === 'required',
      ignoreTLS: target.starttls === 'never',
      tls: { ...(to.host === to.address ? {} : { servername: to.host }), ...(target.ca ? { ca: target.ca } : {}) },
      connectionTimeout: attemptLimitMs,
      greetingTimeout: attemptLimitMs,
      socketTimeout: attemptLimitMs,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(target.username === undefined ? {} : { auth: { user: target.username, pass: secret ?? '' } }),
    });
    try {
      await untilAborted(transport.sendMail(mail(target, events)), signal);
    } catch (thrown) {
      throw smtpError(thrown);
    } finally {
      transport.close();
    }
  }
}

/** Without the words of the server, which may quote what it was told. */
function smtpError(thrown: unknown): SendError {
  const { responseCode: status, code } = thrown as { responseCode?: unknown; code?: unknown };
  if (code === 'EAUTH') return new SendError('the mail server does not take this username and password');
  if (typeof status !== 'number') return connectionError(thrown);
  return new SendError(`the mail server answered ${status}`, { isRefusal: status >= 500 });
}

/** A line end in a message would look like a line of ours. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');

/** The Message-ID is that of the first event, so that a mail that comes twice can be told (RFC 5322, 3.6.4). */
function mail({ from, to }: EmailTarget, events: readonly SentEvent[]): SendMailOptions {
  const first = events[0]!;
  const serious = events.filter(({ severity }) => severity !== 'info').length;
  const subject =
    events.length === 1
      ? `${first.severity}: ${oneLine(first.message)}`
      : `${events.length} events, ${serious} of them serious`;
  const lines = events.map(({ timestamp, severity, site, message }) =>
    [new Date(timestamp).toISOString(), severity.padEnd(7), site ?? '–', oneLine(message)].join('  '),
  );
  return {
    from,
    to,
    subject: `[patronus] ${subject}`.slice(0, 200),
    messageId: `<${first.id}@patronus.invalid>`,
    text: `${lines.join('\n')}\n`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}
