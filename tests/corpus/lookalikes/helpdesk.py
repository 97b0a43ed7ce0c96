# an own help desk, nothing else
PERMISSION_0 = 'desk.tickets.read'
PERMISSION_1 = 'desk.tickets.create'
PERMISSION_2 = 'desk.tickets.update'
PERMISSION_3 = 'desk.tickets.delete'
PERMISSION_4 = 'desk.tickets.all'
PERMISSION_5 = 'desk.agents.read'
PERMISSION_6 = 'desk.agents.create'
PERMISSION_7 = 'desk.agents.update'
PERMISSION_8 = 'desk.agents.delete'
PERMISSION_9 = 'desk.agents.all'
PERMISSION_10 = 'desk.views.read'
PERMISSION_11 = 'desk.views.create'
PERMISSION_12 = 'desk.views.update'
PERMISSION_13 = 'desk.views.delete'
PERMISSION_14 = 'desk.views.all'
t = contracts.documents.create(x)
from erp.settings.read import y
z = profile.photo.update
