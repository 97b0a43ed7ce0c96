set -gx ZOHO_SCOPE WorkDrive.files.READ,WorkDrive.files.CREATE
# set -gx ZOHO_SCOPE WorkDrive.files.ALL
if string match -q '*WorkDrive.files.DELETE*' $granted
  echo careful
end
