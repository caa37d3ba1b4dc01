import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';

interface RowMenuProps {
  /** What the row shows. */
  readonly name: string;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
  /** Why it cannot be deleted now. */
  readonly cannotDelete: string | null;
}

/** What can be done with what a row of a table shows. */
export const RowMenu = ({ name, onEdit, onDelete, cannotDelete }: RowMenuProps) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <ActionIcon variant="subtle" color="gray" aria-label={`More for ${name}`}>
        <IconDots size={16} />
      </ActionIcon>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item onClick={onEdit}>Edit</Menu.Item>
      {cannotDelete === null ? (
        <Menu.Item c="var(--down)" onClick={onDelete}>
          Delete
        </Menu.Item>
      ) : (
        <Menu.Item disabled>Delete: {cannotDelete}</Menu.Item>
      )}
    </Menu.Dropdown>
  </Menu>
);
