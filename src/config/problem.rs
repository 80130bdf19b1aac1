//! What is wrong with a setting, and what to do about it.

use std::fmt;

/// One wrong setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting as the person wrote it: `AUTHY_ISSUER`, `--issuer`, or `issuer in FILE`.
    pub key: String,
    /// One sentence. It never holds the value of a secret.
    pub problem: String,
    /// One sentence: what to write instead.
    pub mend: String,
}

/// Everything that is wrong, in the order of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.key, self.problem, self.mend)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Why a text is not a value: a problem that does not know its key yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// See [`Problem::problem`].
    pub problem: String,
    /// See [`Problem::mend`].
    pub mend: String,
}

impl Fault {
    /// A fault with its mend.
    pub fn new(problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { problem: problem.into(), mend: mend.into() }
    }

    /// `"value" is not WHAT.`, with the value shortened; not for secrets.
    pub fn not(value: &str, what: &str, mend: impl Into<String>) -> Self {
        let shown: String = value.chars().take(80).collect();
        Self::new(format!("{shown:?} is not {what}."), mend)
    }
}
