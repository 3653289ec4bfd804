import { formatEndpoint } from "../address/address.ts";
import { custom, secret, shownWebAddress } from "../cli/option-kinds.ts";
import { UsageError } from "../errors.ts";
import { type AdminAddress, isLocal, parseAdminAddress } from "./address.ts";

/** The options of an admin page. @param what it serves, in words */
export const adminShape = (what: string) => ({
  admin: custom("[HOST:]PORT", "a port, or an address and a port such as 127.0.0.1:9787", parseAdminAddress, {
    shown: shownWebAddress,
  })
    .optional()
    .describe(`serve ${what} at this address; a port alone means this machine only`),
  adminToken: secret("TOKEN", "a secret of printable ASCII characters without spaces")
    .optional()
    .describe("secret that these pages require, as a bearer token or as the password; better set in the environment"),
});

/** What `adminShape` reads. */
interface AdminOptions {
  readonly admin?: AdminAddress | undefined;
  readonly adminToken?: string | undefined;
}

/** @throws UsageError when others can reach the address, and there is no token; or a token has no page */
export function checkAdmin({ admin: address, adminToken }: AdminOptions): void {
  if (adminToken !== undefined && !address) throw new UsageError("--admin-token: expected with --admin");
  if (!address || isLocal(address) || adminToken !== undefined) return;
  throw new UsageError(
    `--admin "${formatEndpoint(address.host, address.port)}": expected with --admin-token, since other machines can reach this address; or an address of this machine only, such as 127.0.0.1:${address.port}`,
  );
}
