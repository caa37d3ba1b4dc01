import { Drawer } from '@mantine/core';
import { Navigation } from './navigation.tsx';

/** The menu over the page, where there is no room beside it. */
export const MenuDrawer = ({ onClose }: { onClose: () => void }) => (
  <Drawer opened onClose={onClose} size={260} padding={0} title={null} withCloseButton={false}>
    <Navigation />
  </Drawer>
);
