//! Short secrets that are only ever compared, a PIN or the exit code of a kiosk: kept as Argon2id hashes, never in clear.

use crate::error::Error;
use anyhow::anyhow;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use rand::Rng;

/// OWASP's first choice for Argon2id, as the server's for codes: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

fn argon2() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| anyhow!("Argon2 parameters: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a secret, as a PHC string. Takes tens of milliseconds: not for the asynchronous threads.
///
/// # Errors
/// When hashing fails, which is a fault of the application.
pub fn hash(secret: &str) -> Result<String, Error> {
    let mut salt = [0; 16];
    rand::rng().fill_bytes(&mut salt);
    let hash = argon2()?.hash_password_with_salt(secret.as_bytes(), &salt);
    Ok(hash.map_err(|error| anyhow!("hashing a secret: {error}"))?.to_string())
}

/// Whether a secret is the one behind a hash. A hash that cannot be read is nobody's. As slow as [`hash`].
#[must_use]
pub fn is_behind(secret: &str, hash: &str) -> bool {
    argon2().is_ok_and(|argon2| argon2.verify_password(secret.as_bytes(), hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_secret_and_no_other() {
        let kept = hash("Sortie-33290").expect("a hash");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(!kept.contains("Sortie"));
        assert!(is_behind("Sortie-33290", &kept));
        for (secret, hash) in [("Sortie-33291", kept.as_str()), ("", &kept), ("Sortie-33290", ""), ("x", "$argon2id$")]
        {
            assert!(!is_behind(secret, hash), "{secret} {hash}");
        }
        assert_ne!(hash("Sortie-33290").expect("a hash"), kept, "each has a salt of its own");
    }
}
