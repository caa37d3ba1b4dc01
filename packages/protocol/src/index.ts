/**
 * What controller and edge say to each other: the site document, the messages, the join token. Schemas and codecs only;
 * sockets live with the programs.
 */
export * from './controller-message-schema.ts';
export * from './document.ts';
export * from './edge-message-schema.ts';
export * from './document-schema.ts';
export * from './event-catalogue.ts';
export * from './join-token.ts';
export * from './messages.ts';
export * from './stamp.ts';
export * from './validator-of.ts';
