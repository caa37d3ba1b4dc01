/*
 * The web page: the network as it is now. It speaks the controller's public API only. `network-state.ts` and `links.ts` hold
 * what is shown as plain data, `live-network.ts` keeps it current, the components draw it.
 */
import { createRoot } from 'react-dom/client';
import { Dashboard } from './dashboard.tsx';
import { openLiveNetwork } from './live-network.ts';
import { SetupPage } from './setup-page.tsx';
import './styles.css';

/** What a one-time link says; its token is taken out of the address so that it stays in no history. */
function takeLink(): { token: string; username: string } {
  const token = location.hash.slice(1);
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  return { token, username: new URLSearchParams(location.search).get('user') ?? 'admin' };
}

const root = createRoot(document.getElementById('root')!);
if (location.pathname === '/setup') {
  root.render(<SetupPage {...takeLink()} />);
  // A browser that is on this page already does not load it again for another link.
  addEventListener('hashchange', () => location.reload());
} else root.render(<Dashboard network={openLiveNetwork(location.origin)} />);
