//! What `zscope init` prints.

use crate::run::zscope;

#[test]
fn jobs_scan_the_repository() {
    for service in ["github", "gitlab", "jenkins", "azure", "bitbucket"] {
        let run = zscope(&["init", "ci", service, "--from", "https://git.example.com/security/zscope"]);
        insta::assert_snapshot!(format!("ci_{service}"), run.transcript());
    }
}
