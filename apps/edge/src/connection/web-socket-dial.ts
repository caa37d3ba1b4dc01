import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { PatronusError } from '@patronus/core';
import { certificateFingerprint, maxMessageBytes } from '@patronus/protocol';
import { dialError, socketAddress } from '../gateway/index.ts';
import type { Channel, ChannelListener, Dialling } from '../ports.ts';

/** Octets waiting in our own socket beyond which the other side no longer reads; keeping more only costs memory. */
const maxUnsentBytes = 4 * maxMessageBytes;

/**
 * Opens a WebSocket over TLS to the gateway's `/edge`, trusting the given authority only. The name in the certificate is
 * not compared: that authority signs gateways of this controller and nothing else, and an edge may know the gateway by
 * any of its addresses.
 */
export function dialWebSocket(dialling: Dialling, listener: ChannelListener): Channel {
  const url = new URL('/edge', dialling.url.replace(/^https:/, 'wss:'));
  const socket = new WebSocket(url, {
    createConnection: () => connectTls(url, dialling, listener).on('error', (error: Error) => failed(error)),
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    followRedirects: false,
  });
  let failure: PatronusError | null = null;
  const failed = (error: Error): void => {
    failure ??= asFailure(error, url);
  };
  socket.on('message', (data, isBinary) => {
    if (!isBinary) listener.message((data as Buffer).toString());
  });
  socket.on('pong', () => listener.pong());
  socket.on('error', failed);
  socket.on('close', () => listener.closed(failure));
  return {
    send: (text) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (socket.bufferedAmount > maxUnsentBytes) socket.terminate();
      else socket.send(text);
    },
    ping: () => {
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    },
    close: () => socket.terminate(),
  };
}

function connectTls(url: URL, { caPem, localAddress }: Dialling, listener: ChannelListener): TLSSocket {
  const socket = connect({
    ...socketAddress(url),
    ca: caPem,
    checkServerIdentity: () => undefined,
    ...(localAddress === null ? {} : { localAddress, family: isIP(localAddress) }),
  });
  socket.on('secureConnect', () => {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return;
    listener.opened(certificateFingerprint(certificate.raw), plainAddress(socket.localAddress ?? ''));
  });
  return socket;
}

/** A socket that speaks both families writes IPv4 addresses as `::ffff:192.0.2.1`. */
const plainAddress = (address: string): string => address.replace(/^::ffff:/, '');

function asFailure(error: Error, url: URL): PatronusError {
  if ('code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    const text = `the controller sent a message over ${maxMessageBytes / 1024 / 1024} MiB; it was not read`;
    return new PatronusError('too_large', text, { cause: error });
  }
  return dialError(error, url.host);
}
