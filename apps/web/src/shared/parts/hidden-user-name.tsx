/** Tells a password manager whose password a form asks for. */
export const HiddenUserName = ({ name }: { name: string }) => (
  <input type="text" name="username" aria-label="User name" value={name} autoComplete="username" readOnly hidden />
);
