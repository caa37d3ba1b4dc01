import { ActionIcon } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconMenu2, IconSearch } from '@tabler/icons-react';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useIsOld } from '../shared/live/use-network.ts';
import { AccountMenu } from './account-menu.tsx';
import { ConnectionBanner, ConnectionState } from './connection.tsx';
import { goKeys, type Overlay } from './keyboard.ts';
import { Navigation } from './navigation.tsx';
import classes from './shell.module.css';

const CommandPalette = lazy(async () => ({ default: (await import('./command-palette.tsx')).CommandPalette }));
const MenuDrawer = lazy(async () => ({ default: (await import('./menu-drawer.tsx')).MenuDrawer }));
const HelpSheet = lazy(async () => ({ default: (await import('./help-sheet.tsx')).HelpSheet }));

/** The frame around pages: menu, search, connection, account. What is old is greyed. */
export function Shell() {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const [menu, { open, close }] = useDisclosure(false);
  const isOld = useIsOld();
  useShortcuts(setOverlay);
  useClosedByNavigation(close);
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        Skip to the content
      </a>
      <aside className={classes.sidebar}>
        <Navigation />
      </aside>
      <header className={classes.header}>
        <ActionIcon className={classes.burger} variant="subtle" color="gray" aria-label="Menu" onClick={open}>
          <IconMenu2 size={20} />
        </ActionIcon>
        <SearchButton onClick={() => setOverlay('palette')} />
        <div className={classes.tools}>
          <ConnectionState />
          <AccountMenu onHelp={() => setOverlay('help')} />
        </div>
      </header>
      <div className={classes.body}>
        <ConnectionBanner />
        <main id="main" tabIndex={-1} className={classes.main} data-old={isOld}>
          <Outlet />
        </main>
      </div>
      <Suspense>
        {menu && <MenuDrawer onClose={close} />}
        {overlay === 'palette' && <CommandPalette onClose={() => setOverlay(null)} onHelp={() => setOverlay('help')} />}
        {overlay === 'help' && <HelpSheet onClose={() => setOverlay(null)} />}
      </Suspense>
    </div>
  );
}

const SearchButton = ({ onClick }: { onClick: () => void }) => (
  <button type="button" className={classes.search} onClick={onClick} aria-keyshortcuts="Control+K">
    <IconSearch size={16} aria-hidden />
    <span>Search or go to …</span>
    <kbd>Ctrl K</kbd>
  </button>
);

function useShortcuts(show: (overlay: Overlay) => void): void {
  const navigate = useNavigate();
  useHotkeys([
    // Some keyboards have it without Shift.
    ['shift+?', () => show('help')],
    ['?', () => show('help')],
    ['/', () => document.querySelector<HTMLInputElement>('[data-filter]')?.focus()],
  ]);
  // Also while a field has the focus.
  useHotkeys([['mod+K', () => show('palette')]], []);
  useEffect(() => goKeys(document, (path) => void navigate({ to: path })), [navigate]);
}

function useClosedByNavigation(close: () => void): void {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(close, [path, close]);
}
