import type { Clock } from '@patronus/core';
import { EmailSender } from './email-sender.ts';
import type { Senders } from './sender.ts';
import { SyslogSender } from './syslog-sender.ts';
import { WebhookSender } from './webhook-sender.ts';

/** The real ways to send. */
export const realSenders = (clock: Clock): Senders => ({
  webhook: new WebhookSender(clock),
  syslog: new SyslogSender(),
  email: new EmailSender(),
});
