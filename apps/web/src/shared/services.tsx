import { createContext, use, useSyncExternalStore, type ReactNode } from 'react';
import { Provider, type Client } from 'urql';
import { openClient } from './api/client.ts';
import { openConnection } from './api/connection.ts';
import { NetworkStore } from './live/network-store.ts';
import { can, type Operation } from './session/can.ts';
import { SessionStore, type Session } from './session/session-store.ts';

/** What all pages share: who uses them, the way to the controller, and the network as it is. */
export interface Services {
  readonly session: SessionStore;
  readonly client: Client;
  readonly network: NetworkStore;
}

/** Opens the way to the controller at an origin, until the page is closed. */
export function openServices(origin: string, onSignInNeeded: () => void): Services {
  const session = new SessionStore();
  let network: NetworkStore | null = null;
  const parameters = async () => {
    const known = await session.known();
    return known.kind === 'signed-in' ? { csrf_token: known.csrfToken } : {};
  };
  const connection = openConnection(origin, parameters, (status) => {
    if (status === 'connected' && network?.state().connection.status === 'disconnected') void session.check();
    network?.connection(status);
  });
  const refused = () => void session.check().then(onSignInNeeded);
  const client = openClient({ origin, session, live: connection.client, onSignInNeeded: refused });
  network = new NetworkStore(client, connection.client);
  session.subscribe((_now, before) => {
    if (before.kind !== 'unknown') connection.reopen();
  });
  void session.check();
  return { session, client, network };
}

const ServicesContext = createContext<Services | null>(null);

export const ServicesProvider = ({ services, children }: { services: Services; children: ReactNode }) => (
  <ServicesContext value={services}>
    <Provider value={services.client}>{children}</Provider>
  </ServicesContext>
);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (services === null) throw new Error('the page has no services; draw it within a ServicesProvider');
  return services;
}

export function useSession(): Session {
  const { session } = useServices();
  return useSyncExternalStore(session.subscribe, session.current);
}

/** Whether whoever uses the page may do something; see {@link can}. */
export function useCan(): (operation: Operation, options?: { others?: boolean }) => boolean {
  const session = useSession();
  return (operation, options) => can(session, operation, options);
}
