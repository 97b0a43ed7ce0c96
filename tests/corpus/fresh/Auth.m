#import "Auth.h"
// ZohoCalendar.calendar.ALL would be more
static NSString *const kZohoScope = @"ZohoCalendar.calendar.READ,ZohoCalendar.event.READ";
- (NSArray *)scopes { return @[@"ZohoCalendar.event.CREATE", @"ZohoContacts.contactapi.READ"]; }
- (BOOL)canDelete:(NSString *)s { return [s isEqualToString:@"ZohoCalendar.event.DELETE"]; }
