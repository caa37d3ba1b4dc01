import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconKeyboard, IconLogout, IconMoon, IconSun, IconUserCog } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { ApiError } from '../shared/api/api-error.ts';
import { showError } from '../shared/parts/toasts.ts';
import { useServices, useSession } from '../shared/services.tsx';
import { AccountButton } from './account-button.tsx';

const schemes = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'As the system', icon: IconDeviceDesktop },
] as const;

/** The menu under its button: who uses the page, how it looks, and its keys. It opens as it comes. */
export function AccountMenuItems({ onHelp }: { onHelp: () => void }) {
  const session = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <Menu position="bottom-end" width={240} defaultOpened>
      <Menu.Target>
        <AccountButton />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.kind === 'signed-in'
            ? `${session.user.username} (${session.user.role})`
            : 'Not signed in: you can look, not change'}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>Colours</Menu.Label>
        {schemes.map(({ value, label, icon: Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={16} />}
            rightSection={colorScheme === value ? '✓' : null}
            onClick={() => setColorScheme(value)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={onHelp}>
          Keys
        </Menu.Item>
        {session.kind === 'signed-in' && <AccountItem />}
        {session.kind === 'signed-in' && <SignOutItem />}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountItem() {
  const navigate = useNavigate();
  return (
    <Menu.Item leftSection={<IconUserCog size={16} />} onClick={() => void navigate({ to: '/account' })}>
      Your account
    </Menu.Item>
  );
}

function SignOutItem() {
  const { session } = useServices();
  const signOut = async () => {
    try {
      await session.signOut();
    } catch (thrown) {
      if (thrown instanceof ApiError) showError(thrown);
    }
  };
  return (
    <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
      Sign out
    </Menu.Item>
  );
}
