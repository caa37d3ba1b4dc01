/*
 * The web page: the network as it is now. It speaks the controller's public API only. `network-state.ts` and `links.ts` hold
 * what is shown as plain data, `live-network.ts` keeps it current, the components draw it.
 */
import { createRoot } from 'react-dom/client';
import { Dashboard } from './dashboard.tsx';
import { openLiveNetwork } from './live-network.ts';
import { SetupPage } from './setup-page.tsx';
import './styles.css';

/** The token of a one-time link, taken out of the address so that it stays in no history. */
function takeToken(): string {
  const token = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  return token;
}

const root = createRoot(document.getElementById('root')!);
if (location.pathname === '/setup') {
  root.render(<SetupPage token={takeToken()} />);
  // A browser that is on this page already does not load it again for another link.
  addEventListener('hashchange', () => location.reload());
} else root.render(<Dashboard network={openLiveNetwork(location.origin)} />);
