import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type TLSSocket } from 'node:tls';
import { messageOf, PatronusError, type Clock } from '@patronus/core';
import { parseEnrolResponse, type EnrolRequest, type EnrolResponse } from '@patronus/protocol';
import { dialError, presentedChain, socketAddress, trustedAuthority } from '../gateway/index.ts';

/** Long enough for a satellite link to shake hands, short enough for a person who mistyped the address. */
const connectLimitMs = 10_000;
const answerLimitMs = 15_000;
const largestAnswerBytes = 64 * 1024;

/**
 * Connects, makes sure of the authority, and only then asks to be enrolled, all on one TLS connection, so that what was
 * checked is what is talked to.
 */
export async function enrol(
  url: URL,
  caFingerprint: string,
  request: EnrolRequest,
  clock: Clock,
): Promise<{ authority: X509Certificate; response: EnrolResponse }> {
  const socket = await connected(url);
  try {
    const leaf = socket.getPeerX509Certificate();
    if (leaf === undefined) throw new PatronusError('untrusted_controller', `${url.host} shows no certificate`);
    const authority = trustedAuthority(presentedChain(leaf), caFingerprint, clock);
    return { authority, response: await post(socket, url, request) };
  } finally {
    socket.destroy();
  }
}

async function connected(url: URL): Promise<TLSSocket> {
  const { host, port } = socketAddress(url);
  // The authority is not known before the handshake; trustedAuthority decides on what was shown.
  const socket = connect({ host, port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(connectLimitMs) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw dialError(error, url.host);
  }
}

async function post(socket: TLSSocket, url: URL, body: EnrolRequest): Promise<EnrolResponse> {
  const request = httpRequest({
    createConnection: () => socket,
    method: 'POST',
    path: '/enrol',
    headers: { host: url.host, 'content-type': 'application/json', accept: 'application/json' },
    signal: AbortSignal.timeout(answerLimitMs),
  });
  try {
    request.end(JSON.stringify(body));
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return readAnswer(answer.statusCode ?? 0, await bodyOf(answer), url);
  } catch (error) {
    throw error instanceof PatronusError ? error : dialError(error, url.host);
  }
}

async function bodyOf(answer: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > largestAnswerBytes)
      throw new PatronusError('too_large', 'the answer to the enrolment is too large');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PatronusError('protocol_violation', `the answer to the enrolment is not JSON: ${messageOf(error)}`);
  }
}

function readAnswer(status: number, body: unknown, url: URL): EnrolResponse {
  if (status >= 200 && status < 300) {
    const response = parseEnrolResponse(body);
    if (response.ok) return response.value;
    throw new PatronusError('protocol_violation', `${url.host} enrolled this edge in words it does not understand`);
  }
  const problem = body as { code?: unknown; detail?: unknown } | null;
  const said = typeof problem?.detail === 'string' ? problem.detail : `HTTP ${status}`;
  throw new PatronusError('enrolment_refused', `the controller refused this edge: ${said}`, {
    facts: { status, controllerCode: problem?.code },
  });
}
