/**
 * Where events go beside the API: webhooks, syslog servers and mail boxes. What is to be sent waits in the database and is
 * sent in its order, each event at least once. Which sinks there are is the business of `services/event-sink-service.ts`.
 */
export * from './delivery-queue.ts';
export * from './email-sender.ts';
export * from './enqueue-event.ts';
export * from './send-error.ts';
export * from './sender.ts';
export * from './senders.ts';
export * from './sink-input.ts';
export * from './syslog-sender.ts';
export * from './target-policy.ts';
export * from './webhook-signature.ts';
