import { toSnakeCase } from '@patronus/core';
import { originOf } from '../../auth/index.ts';
import { PasswordChangeSchema } from '../../services/user-input.ts';
import type { ApiServices } from '../api-services.ts';
import { TokensSchema } from './auth-routes.ts';
import type { RestApp } from './rest-api.ts';
import { UserSchema } from './user-routes.ts';

const tags = ['account'];

/** What signed-in users do with their own account. */
export function accountRoutes(app: RestApp, { signIn, users }: ApiServices): void {
  app.get('/account', { schema: { tags, summary: 'Who is asking', response: { 200: UserSchema } } }, async (request) =>
    toSnakeCase(await users.account(request.caller!)),
  );
  app.put(
    '/account/password',
    {
      schema: {
        tags,
        summary: 'Change one’s own password',
        body: PasswordChangeSchema,
        response: { 200: TokensSchema },
      },
    },
    (request) => {
      const { current_password: currentPassword, new_password: newPassword } = request.body;
      return signIn.changePassword(request.caller!, originOf(request), { currentPassword, newPassword });
    },
  );
}
